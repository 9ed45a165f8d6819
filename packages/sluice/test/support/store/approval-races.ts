import assert from 'node:assert/strict'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { ApprovalRule } from '../../../src/core/suite/config/approval-settings.ts'
import { type TestPlane, type Told, testPlane } from '../control-plane/control-plane.ts'
import { ruled } from '../control-plane/ruled.ts'

const people = ['ann-the-approver', 'bob-the-approver', 'cat-the-approver']

/**
 * Three people approve one release at the same moment, on two replicas of a store or twice on one: it is made once, by as
 * many approvals as are needed.
 */
export async function raceOfApprovers(here: Store, there: Store, approvals: number): Promise<void> {
  const rule: Partial<ApprovalRule> = { approvals }
  await using plane = await ruled(rule, { store: here })
  await using other = await testPlane({ store: there, approvals: plane.rules })
  for (const name of people) await plane.token(name, { scopes: ['approver'] })
  const { id } = (await plane.propose()).body
  const planes: TestPlane[] = [plane, other, plane]
  const answers = await Promise.all(
    people.map((as, index) => (planes[index] ?? plane).ask(`POST /v1/proposals/${id}/approve`, { as, body: {} })),
  )
  const made = answers.filter(({ status }) => status === 200)
  assert.equal(made.length, approvals, JSON.stringify(answers.map(({ body }) => body)))
  assert.deepEqual(made.filter(({ body }) => body.state === 'done').length >= 1, true)
  const refused = answers.filter(({ status }) => status !== 200).map(({ body }: Told) => body.code)
  assert.deepEqual(refused, Array(people.length - approvals).fill('proposal-over'))
  await onceIn(here, id, approvals)
}

async function onceIn(store: Store, id: string, approvals: number): Promise<void> {
  const rows = await store.audit('f')
  const actions = rows.map(({ action }) => action)
  assert.deepEqual(actions.slice(-2 - approvals), [
    'approval.propose',
    ...Array(approvals).fill('approval.approve'),
    'rollout.start',
  ])
  assert.deepEqual(verifyChain(rows, await store.auditHead('f')), { ok: true, rows: rows.length })
  const stored = await store.proposal(id)
  assert.deepEqual([stored?.state, stored?.approvals.length], ['done', approvals])
  assert.equal(new Set(stored?.approvals.map(({ tokenId }) => tokenId)).size, approvals)
}

/** One approves while another rejects: either it is made, or it is not, and the log says which. */
export async function raceOfVerdicts(here: Store, there: Store): Promise<void> {
  await using plane = await ruled({}, { store: here })
  await using other = await testPlane({ store: there, approvals: plane.rules })
  await plane.token('ann-the-approver', { scopes: ['approver'] })
  const { id } = (await plane.propose()).body
  const answers = await Promise.all([
    plane.decide(id, 'approve'),
    other.ask(`POST /v1/proposals/${id}/reject`, { as: 'ann-the-approver', body: { reason: 'no' } }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
  const isMade = answers[0].status === 200
  assert.equal((await here.feature('f'))?.rollout !== null, isMade)
  assert.deepEqual(await plane.actions(1), [isMade ? 'rollout.start' : 'approval.reject'])
}
