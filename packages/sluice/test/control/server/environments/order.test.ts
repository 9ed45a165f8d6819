import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stagedPlane } from '../../../support/control-plane/environments.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const detail = ({ body }: { body: { code: string; detail: string } }) => `${body.code}: ${body.detail}`

test('a version goes to an environment after everybody had it in the one before, and nothing took it back', async () => {
  await using plane = await stagedPlane()
  const { first, next, activate, start } = plane
  assert.equal(
    detail(await activate('summary', first)),
    `environment-before: ${first} of summary cannot go to production yet: it was never active in staging. Release it as summary@staging first. In an emergency do it anyway, and say why (breakGlass.reason, --break-glass): then others are told, and asked to review it.`,
  )
  assert.equal((await activate('summary@staging', first)).status, 200)
  assert.equal((await activate('summary', first)).status, 200)
  const { body: rollout } = await start('summary@staging', next)
  for (const key of ['summary', 'summary@production', 'summary%40production'])
    assert.match(detail(await start(key, next)), /^environment-before: .* it is only being rolled out in staging/)
  const act = (what: string) =>
    plane.ask(`POST /v1/rollouts/${rollout.id}/${what}`, { as: 'operator', body: { reason: 'r' } })
  await act('abort')
  assert.match(detail(await activate('summary', next)), /it was aborted in staging/)
  const to = { as: 'operator', body: { to: next, reason: 'r' } }
  assert.match(detail(await plane.ask('POST /v1/features/summary/rollback', to)), /^environment-before: /)
  await activate('summary@staging', next)
  assert.equal((await start('summary', next)).status, 201, 'it is what everybody has in staging now')
  await plane.ask('POST /v1/features/summary/rollback', { as: 'operator', body: { reason: 'r' } })
  await plane.ask('POST /v1/features/summary@staging/rollback', { as: 'operator', body: { reason: 'r' } })
  assert.match(detail(await start('summary', next)), /it was rolled back in staging/)
})

test('what was active before there were environments stays, and can be gone back to', async () => {
  await using before = await stagedPlane({ environments: [] })
  await before.activate('summary', before.first)
  await before.activate('summary', before.next)
  await using plane = await stagedPlane({ store: before.store })
  const { feature } = await plane.feature('summary@production')
  assert.equal(feature, 'summary')
  assert.equal((await plane.activate('summary', plane.first)).status, 200)
  const third = await plane.publish('summary', 'c')
  assert.match(detail(await plane.activate('summary', third)), /^environment-before/)
})

test('in an emergency a release goes before its turn, and that is on record until somebody has reviewed it', async () => {
  await using plane = await stagedPlane()
  const { status } = await plane.activate('summary', plane.first, { breakGlass: { reason: 'staging is down' } })
  assert.equal(status, 200)
  const [glass, set] = (await plane.store.audit('summary')).slice(-2)
  assert.deepEqual(
    [glass?.action, glass?.reason, set?.action],
    ['approval.break-glass', 'staging is down', 'active.set'],
  )
  const early = 'an earlier environment has not given it to everybody, or has taken it back.'
  assert.ok(JSON.stringify(glass?.evidence).includes(`cannot go to production yet: ${early}`))
  const [note] = await plane.store.pendingProposals('summary')
  assert.equal(note?.state, 'unreviewed')
  assert.ok(note?.does.at(-1)?.startsWith('Out of turn: '))
  assert.ok(note?.does.at(-1)?.endsWith(early), 'whoever may not see staging reads this, too')
  const page = `/proposals/${note?.id}`
  assert.match(
    await (await signedIn(plane, 'approver')).page(page),
    /It may come too early: it was never active in staging/,
  )
  const limited = await plane.token('an-approver-of-production', { scopes: ['approver'], environments: ['production'] })
  assert.ok((await (await signedIn(plane, 'approver', limited)).page(page)).includes(`It may come too early: ${early}`))
})

test('a release that is proposed is not made if its version is taken back in staging before the last approval', async () => {
  const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
  const none = { ...rule, approvals: 0 }
  await using plane = await stagedPlane({ approvals: { '*': rule, '*@staging': none } })
  const { first, next, activate, store } = plane
  assert.equal((await activate('summary@staging', first)).status, 200, 'staging asks nobody')
  assert.equal((await activate('summary@staging', next)).status, 200)
  for (const key of ['summary', 'summary@production']) {
    const { body } = await activate(key, next)
    assert.equal(body.code, 'approval-needed', key)
  }
  const propose = () =>
    plane.ask('POST /v1/features/summary@production/proposals', {
      as: 'operator',
      body: { act: 'activate', version: next, reason: 'r' },
    })
  const approve = (id: string) => plane.ask(`POST /v1/proposals/${id}/approve`, { as: 'approver', body: {} })
  const { body: proposal } = await propose()
  assert.equal(proposal.feature, 'summary')
  // It is taken back while the approval is under way, after all that is looked at before the commit.
  const { commit } = store
  store.commit = async (change) => {
    store.commit = commit
    await plane.ask('POST /v1/features/summary@staging/rollback', { as: 'operator', body: { reason: 'bad' } })
    return store.commit(change)
  }
  const refused = await approve(proposal.id)
  assert.match(detail(refused), /^proposal-lapsed: .* an earlier environment has not given it .* Propose it again\.$/)
  assert.equal((await plane.feature('summary')).active, null)
  assert.match(detail(await propose()), /^environment-before: .* it was rolled back in staging/)
  await activate('summary@staging', next)
  const { body } = await approve((await propose()).body.id)
  assert.equal(body.state, 'done')
  assert.equal((await plane.feature('summary')).active, next)
})

test('the first release in an environment can be proposed and approved', async () => {
  const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
  await using plane = await stagedPlane({ approvals: { '*': rule } })
  const proposed = { act: 'activate', version: plane.first, reason: 'r' }
  const { body } = await plane.ask('POST /v1/features/summary@staging/proposals', { as: 'operator', body: proposed })
  assert.deepEqual([body.environment, body.lapsed], ['staging', null])
  const made = await plane.ask(`POST /v1/proposals/${body.id}/approve`, { as: 'approver', body: {} })
  assert.equal(made.body.state, 'done', made.body.detail)
})
