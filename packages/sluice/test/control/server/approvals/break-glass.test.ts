import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyLapsed } from '../../../../src/control/approval/lapse.ts'
import { rowNotification } from '../../../../src/control/notify/row-notification.ts'
import { releaseMessage } from '../../../../src/core/notify/release-notification.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'

const breakGlass = { reason: 'the active version leaks addresses, INC-9' }

test('a release without approval says why, has a row of its own, and waits until another has reviewed it', async () => {
  await using plane = await ruled()
  const { next } = plane
  const body = { version: next, reason: 'hot fix', breakGlass }
  const made = await plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  assert.deepEqual([made.status, made.body.feature.active], [200, next])
  assert.deepEqual(await plane.actions(2), ['approval.break-glass', 'active.set'])
  const [row] = (await plane.store.audit('f')).slice(-2)
  assert.equal(row?.reason, breakGlass.reason)
  const [note] = (await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals
  assert.deepEqual([note.state, note.reason, note.expiresAt], ['unreviewed', breakGlass.reason, null])
  const stored = (await plane.store.proposal(note.id)) ?? assert.fail()
  assert.equal(
    await whyLapsed(plane.store, stored, {
      now: plane.clock.now() + 365 * 86_400_000,
      environments: [],
    }),
    null,
  )
  assert.equal((await plane.decide(note.id, 'approve')).body.code, 'proposal-over')
  assert.match((await plane.decide(note.id, 'review', 'operator')).body.detail, /may not approve this/)
  assert.equal((await plane.decide(note.id, 'review', 'admin')).body.state, 'reviewed')
  assert.deepEqual((await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals, [])
  assert.deepEqual(await plane.actions(1), ['approval.review'])
})

test('whoever broke the glass does not review it, nor by a token that they made', async () => {
  await using plane = await ruled()
  const body = { version: plane.next, breakGlass }
  const started = await plane.ask('POST /v1/features/f/rollouts', { as: 'admin', body })
  assert.equal(started.status, 201)
  const [note] = (await plane.ask('GET /v1/proposals', { as: 'admin' })).body.proposals
  assert.equal(note.rolloutId, started.body.id)
  const { token } = (await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'x', scopes: ['approver'] } }))
    .body
  for (const as of ['admin', token]) assert.equal((await plane.decide(note.id, 'review', as)).status, 403)
  delete plane.rules['*']
  assert.equal((await plane.decide(note.id, 'review', 'admin')).status, 403)
  assert.equal((await plane.decide(note.id, 'review')).body.state, 'reviewed')
})

test('a pipeline breaks no glass, and where nothing needs approval the flag changes nothing', async () => {
  await using plane = await ruled()
  const start = (as: string) =>
    plane.ask('POST /v1/features/f/rollouts', { as, body: { version: plane.next, breakGlass } })
  for (const as of ['ci', 'client', 'approver', 'viewer']) assert.equal((await start(as)).status, 403)
  const wrong = { version: plane.next, breakGlass: { reason: ' ' } }
  assert.equal((await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: wrong })).status, 400)
  delete plane.rules['*']
  const { body } = await start('operator')
  assert.equal(body.state, 'running')
  assert.deepEqual((await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals, [])
  plane.rules['*'] = { approvals: 1, approvers: { role: 'approver' }, expires: 60_000 }
  for (const what of ['advance', 'promote']) {
    const act = { reason: 'r', breakGlass }
    assert.equal((await plane.ask(`POST /v1/rollouts/${body.id}/${what}`, { as: 'operator', body: act })).status, 200)
  }
  assert.deepEqual(await plane.actions(4), [
    ...['approval.break-glass', 'rollout.advance', 'approval.break-glass', 'rollout.promote'],
  ])
})

test('channels are told what waits with its next command, and all of them of a release without approval', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  await plane.ask('PUT /v1/features/f/active', {
    as: 'operator',
    body: { version: plane.next, reason: 'r', breakGlass },
  })
  const [note] = (await plane.store.pendingProposals('f')).filter(({ state }) => state === 'unreviewed')
  await plane.decide(note?.id ?? '', 'review')
  const linkTo = (feature: string, of: string | null) => `https://x/${feature}/${of}`
  const messages = (await plane.store.audit('f'))
    .map((row) => rowNotification(row, { project: 'acme/mail', linkTo }))
    .flatMap((notification) => (notification ? [releaseMessage(notification)] : []))
  assert.deepEqual(
    messages.map(({ label, alarm, type }) => [label, alarm, type]),
    [
      ['Approval needed', null, 'sluice.approval.needed'],
      ['Released without approval', 'trigger', 'sluice.approval.bypassed'],
      ['Release reviewed', 'resolve', 'sluice.approval.reviewed'],
    ],
  )
  const [waits, bypassed, reviewed] = messages
  assert.deepEqual([waits?.link?.href, waits?.details.at(-1)], [`https://x/f/${id}`, `Next: sluice approve ${id}`])
  assert.match(waits?.details.join(' ') ?? '', /shorter 1 % of the users get/)
  assert.equal(bypassed?.dedupKey, reviewed?.dedupKey)
  assert.notEqual(bypassed?.dedupKey, waits?.dedupKey)
  assert.match(bypassed?.details.join('\n') ?? '', /INC-9[\s\S]*Next: sluice approvals review ap-/)
})
