import type { TestPlane } from '../../packages/sluice/test/support/control-plane/control-plane.ts'
import { activate, ask, passUntil, publish, type Ruled, reason } from './production.ts'

/** Releases that were proposed, with every end that there is; the last one waits for its second approval. */
export async function runApprovals(plane: TestPlane, rules: Ruled): Promise<void> {
  const feature = 'memo'
  const unjudged = { live: { store: false } }
  const version = (text: string, more: object = {}) => publish(plane, feature, text, { ...unjudged, ...more })
  const [first, second, third, fourth] = [
    await version('a'),
    await version('b'),
    await version('c'),
    await version('d'),
  ]
  await activate(plane, feature, first)
  const day = 24 * 3_600_000
  rules[feature] = { approvals: 1, approvers: { role: 'approver' }, expires: 60 * day }
  const propose = async (wanted: string): Promise<string> => {
    const proposed = { act: 'activate', version: wanted, reason }
    return (await ask(plane, `POST /v1/features/${feature}/proposals`, proposed)).id
  }
  const decide = (id: string, what: string, as = 'approver') =>
    ask(plane, `POST /v1/proposals/${id}/${what}`, { reason }, as)
  await decide(await propose(second), 'approve')
  await decide(await propose(third), 'reject')
  await decide(await propose(third), 'withdraw', 'operator')
  const overtaken = await propose(third)
  await version('c', { rollout: { patience: '90h' } })
  const isOver = async () => (await plane.store.proposal(overtaken))?.state === 'lapsed'
  await passUntil(plane, 'the end of a proposal whose version has changed', isOver)
  await activate(plane, feature, third, { breakGlass: { reason } })
  const [reviewed] = await plane.store.pendingProposals(feature)
  if (reviewed) await decide(reviewed.id, 'review')
  await activate(plane, feature, fourth, { breakGlass: { reason } })
  rules[feature] = { ...rules[feature], approvals: 2 }
  await decide(await propose(first), 'approve')
}
