import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLapseWatch } from '../../../../src/control/approval/lapse.ts'
import { createFaultRegister } from '../../../../src/control/loops/loop-faults.ts'
import { proposalText } from '../../../../src/control/remote/proposals.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { gateReport, promptVersion } from '../../../support/control-plane/control-plane.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { until } from '../../../support/until.ts'

const hour = 3_600_000
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

test('a proposal lapses when it expires, and says so', async () => {
  await using plane = await ruled({ expires: 4 * hour })
  const { id, expiresAt } = (await plane.propose()).body
  assert.equal(expiresAt, plane.clock.now() + 4 * hour)
  plane.clock.jump(4 * hour - 1)
  assert.equal((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed, null)
  plane.clock.advance(1)
  assert.match(
    (await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed,
    /nobody had approved it by 13:00:00Z/,
  )
  const late = await plane.decide(id, 'approve')
  assert.deepEqual(codeOf(late), [409, 'proposal-lapsed'])
  assert.deepEqual([(await plane.state()).rollout, await plane.actions(1)], [null, ['approval.lapse']])
  assert.deepEqual(codeOf(await plane.decide(id, 'approve')), [409, 'proposal-lapsed'])
})

test('a proposal that has expired stays so when the wall clock is set back', async () => {
  let steady = 0
  await using plane = await ruled({ expires: hour }, { store: { ...memoryStore(), now: () => steady } })
  steady = plane.clock.now()
  const { id } = (await plane.propose()).body
  steady += hour
  plane.clock.stepBack(hour)
  assert.match((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed, /nobody had approved it by/)
  assert.deepEqual(codeOf(await plane.decide(id, 'approve')), [409, 'proposal-lapsed'])
})

test('a proposal that an older state brings back lapses, and cannot be approved before that is noticed', async () => {
  await using plane = await ruled()
  const { store } = plane
  const { id } = (await plane.propose()).body
  const again = (await plane.propose()).body
  assert.deepEqual([again.id, again.lapsed], [id, null])
  await store.renewEpoch((await store.head()).epoch)
  const why = /has gone back to an older state since it was proposed/
  assert.match((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed, why)
  const anew = (await plane.propose()).body
  assert.notEqual(anew.id, id)
  const refused = await plane.decide(id, 'approve')
  assert.deepEqual(codeOf(refused), [409, 'proposal-lapsed'])
  assert.match(refused.body.detail, why)
  assert.deepEqual([(await plane.state()).rollout, await plane.actions(1)], [null, ['approval.lapse']])
  const row = (await store.audit('f')).at(-1)
  assert.match(row?.reason ?? '', why)
  assert.equal((await plane.decide(anew.id, 'approve')).body.state, 'done')
})

test('an approval that comes as the store has gone back finds that out first', async () => {
  let older = false
  const inner = memoryStore()
  const store: Store = {
    ...inner,
    // The state is one of before the last commit.
    head: async () => {
      const { epoch, revision } = await inner.head()
      return { epoch, revision: older && epoch === inner.epoch ? revision - 1 : revision }
    },
  }
  await using plane = await ruled({}, { store })
  const { id } = (await plane.propose()).body
  older = true
  assert.deepEqual(codeOf(await plane.decide(id, 'approve')), [409, 'proposal-lapsed'])
})

test('a proposal that was made while the wall clock is behind the clock of the store has its whole time', async () => {
  let steady = 0
  await using plane = await ruled({ expires: hour }, { store: { ...memoryStore(), now: () => steady } })
  steady = plane.clock.now() + 2 * hour
  const { id } = (await plane.propose()).body
  steady += hour - 1
  assert.equal((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed, null)
  steady += 1
  assert.match((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.lapsed, /nobody had approved it by/)
})

test('a proposal lapses with the feature, the version or the proposer that it was made of, and says which', async () => {
  const changes: [RegExp, (plane: Awaited<ReturnType<typeof ruled>>) => Promise<unknown>][] = [
    [
      /f has changed since it was proposed: \S+ activated/,
      (plane) => {
        const body = { version: plane.next, reason: 'r', breakGlass: { reason: 'fire' } }
        return plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
      },
    ],
    [
      /settings or the gate report of \w+ have changed/,
      (plane) => {
        const body = { content: promptVersion('b'), rollout: { stages: [{ percent: 100, soak: '1m' }] } }
        return plane.ask('POST /v1/features/f/versions', { as: 'ci', body })
      },
    ],
    [
      /settings or the gate report of \w+ have changed/,
      (plane) => {
        const body = { content: promptVersion('b'), report: gateReport('f', plane.next, 'fail') }
        return plane.ask('POST /v1/features/f/versions', { as: 'ci', body })
      },
    ],
    [
      /the token "ope-operator", which proposed it, was revoked/,
      (plane) => plane.ask('DELETE /v1/tokens/id-token-of-scope-operator', { as: 'admin' }),
    ],
  ]
  for (const [why, change] of changes) {
    await using plane = await ruled()
    const { id } = (await plane.propose()).body
    await change(plane)
    const answer = await plane.decide(id, 'approve')
    assert.deepEqual(codeOf(answer), [409, 'proposal-lapsed'], JSON.stringify(answer.body))
    assert.match(answer.body.detail, why)
    assert.equal((await plane.store.proposal(id))?.state, 'lapsed')
    assert.deepEqual((await plane.store.feature('f'))?.rollout, null)
  }
})

test('the publication of another version makes no proposal lapse', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  await plane.publish('f', 'c')
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
})

test('the watch ends what has expired when the wall clock is set back, too', async () => {
  let steady = 0
  await using plane = await ruled({ expires: hour }, { store: { ...memoryStore(), now: () => steady } })
  const { store, clock } = plane
  steady = clock.now()
  const { id } = (await plane.propose()).body
  steady += hour
  clock.stepBack(hour)
  const faults = createFaultRegister({ clock, onError: (_, error) => assert.fail(String(error)) }).of('approvals')
  const watch = startLapseWatch({ environments: [], store, clock, faults })
  await until(async () => (await store.proposal(id))?.state === 'lapsed', 'the proposal to end')
  await watch.close()
})

test('the watch ends what has lapsed, once, and leaves what holds', async () => {
  await using plane = await ruled({ expires: hour })
  const { store, clock } = plane
  const old = (await plane.propose()).body.id
  clock.advance(30 * 60_000)
  const young = (await plane.propose({ act: 'activate', version: plane.next, reason: 'r' })).body.id
  const faults = createFaultRegister({ clock, onError: (_, error) => assert.fail(String(error)) }).of('approvals')
  const watches = [1, 2].map(() => startLapseWatch({ environments: [], store, clock, faults }))
  clock.advance(30 * 60_000)
  await until(async () => (await store.proposal(old))?.state === 'lapsed', 'the old one to end')
  await Promise.all(watches.map((watch) => watch.close()))
  assert.deepEqual(
    (await store.pendingProposals(null)).map(({ id }) => id),
    [young],
  )
  assert.deepEqual(await plane.actions(2), ['approval.propose', 'approval.lapse'])
})

test('what is refused in any case is not proposed, and what is proposed already is not proposed twice', async () => {
  await using plane = await ruled()
  const { first, next } = plane
  const refusals: [object, [number, string]][] = [
    [{ act: 'start', version: '0123456789ab' }, [404, 'not-found']],
    [{ act: 'start', version: first }, [409, 'same-version']],
    [{ act: 'activate', version: first, reason: 'r' }, [409, 'same-version']],
    [{ act: 'start', version: next, expectedRevision: 1 }, [409, 'changed-meanwhile']],
    [{ act: 'promote', rollout: 'r-0000000000000000', reason: 'r' }, [404, 'not-found']],
    [{ act: 'activate', version: next }, [400, 'invalid-request']],
    [{ act: 'rollback', version: next, reason: 'r' }, [400, 'invalid-request']],
  ]
  for (const [body, expected] of refusals)
    assert.deepEqual(codeOf(await plane.propose(body)), expected, JSON.stringify(body))
  const failed = await plane.publish('f', 'c', { verdict: 'fail' })
  assert.deepEqual(codeOf(await plane.propose({ act: 'start', version: failed })), [409, 'not-passed'])
  const overridden = await plane.propose({ act: 'start', version: failed, override: { reason: 'judge is down' } })
  assert.deepEqual([overridden.status, overridden.body.wish.override], [201, 'judge is down'])
  assert.equal(overridden.body.does.at(-1), 'It goes without a gate that passed: judge is down')
  const once = await plane.propose()
  const again = await plane.propose()
  assert.deepEqual([once.status, again.status, again.body.id], [201, 200, once.body.id])
  delete plane.rules['*']
  assert.deepEqual(codeOf(await plane.propose()), [409, 'no-approval-needed'])
  assert.deepEqual(codeOf(await plane.decide(once.body.id, 'approve')), [409, 'no-approval-needed'])
})

test('who is asked to approve is told all that was chosen for the release, on the page and in the terminal', async () => {
  await using plane = await ruled()
  const settings = { alpha: 1e-9, advance: 'soak', signals: { score: 0, errors: 0, slow: 0, safety: 0 } }
  const chosen = { supersede: true, acceptUndecided: true, traffic: { requestsPerDay: 5_000_000, users: 40_000 } }
  const failed = await plane.publish('f', 'c', { verdict: 'fail' })
  const { body } = await plane.propose({
    ...{ act: 'start', version: failed, settings, ...chosen, override: { reason: 'judge is down' } },
  })
  const approver = await signedIn(plane, 'approver')
  const shown = [
    body.does.join('\n'),
    proposalText(body).replaceAll(/\s+/g, ' '),
    await approver.page(`/proposals/${body.id}`),
    await approver.page(`/proposals/${body.id}/approve`),
  ]
  const told = [
    ...[
      /each step by time alone/,
      /nothing rolls it back but a person/,
      /not as usual: alpha 1e-9 \(0\.05\), signals\.score 0/,
    ],
    ...[/goes without a gate that passed: judge is down/, /If another rollout runs, it ends for this one/],
    ...[/too little to decide it: whoever proposes it accepts that/],
    /named, not measured: 5,000,000 requests a day, 40,000 users a week/,
  ]
  for (const [index, text] of shown.entries()) for (const one of told) assert.match(text, one, `${index}`)
})

test('a token has at most ten proposals of a feature that wait', async () => {
  await using plane = await ruled()
  const of = (percent: number, as: string) =>
    plane.propose({ act: 'start', version: plane.next, settings: { stages: [{ percent, soak: '1h' }] } }, as)
  for (let percent = 1; percent <= 10; percent += 1) assert.equal((await of(percent, 'ci')).status, 201)
  assert.deepEqual(codeOf(await of(11, 'ci')), [409, 'too-many'])
  assert.equal((await of(11, 'operator')).status, 201)
})

test('a request that is sent again under its key proposes, approves and rejects once', async () => {
  await using plane = await ruled()
  const twice = async (route: string, as: string, body: object) => {
    const send = () =>
      plane.ask(route, { as, body, headers: { 'idempotency-key': `key of ${route.slice(-7)}`.replaceAll(' ', '-') } })
    const [one, other] = await Promise.all([send(), send()])
    assert.deepEqual(
      [one.status < 300, other.status < 300, one.body.id],
      [true, true, other.body.id],
      JSON.stringify([one, other]),
    )
    assert.deepEqual([one, other].filter(({ headers }) => headers.get('idempotency-replayed') === 'true').length, 1)
    return one.body.id as string
  }
  const id = await twice('POST /v1/features/f/proposals', 'operator', { act: 'start', version: plane.next })
  await twice(`POST /v1/proposals/${id}/approve`, 'approver', {})
  assert.deepEqual(await plane.actions(3), ['approval.propose', 'approval.approve', 'rollout.start'])
})

test('of two requests that come at once under one key, the other one is refused', async () => {
  await using plane = await ruled()
  const bodies = [
    { act: 'start', version: plane.next },
    { act: 'activate', version: plane.next, reason: 'r' },
  ]
  const headers = { 'idempotency-key': 'one-key' }
  const answers = await Promise.all(
    bodies.map((body) => plane.ask('POST /v1/features/f/proposals', { as: 'operator', body, headers })),
  )
  assert.deepEqual(answers.map(codeOf).sort(), [
    [201, undefined],
    [422, 'idempotency-key-reused'],
  ])
})

test('a proposal that is rejected is over, whoever looks at it next', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  assert.equal((await plane.decide(id, 'reject', 'operator')).status, 403)
  const rejected = await plane.decide(id, 'reject')
  assert.deepEqual([rejected.body.state, rejected.body.ended.reason], ['rejected', 'looked at it'])
  for (const what of ['approve', 'reject'])
    assert.deepEqual(codeOf(await plane.decide(id, what)), [409, 'proposal-over'])
  assert.match((await plane.decide(id, 'approve')).body.detail, /was rejected by ope-approver at 2026/)
})

test('a token for other features sees no proposal, and decides on none', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  const as = await plane.token('for-other-features', { scopes: ['admin'], features: ['g'] })
  assert.deepEqual((await plane.ask('GET /v1/proposals', { as })).body.proposals, [])
  assert.equal((await plane.ask(`GET /v1/proposals/${id}`, { as })).status, 404)
  for (const what of ['approve', 'reject', 'withdraw', 'review'])
    assert.equal((await plane.decide(id, what, as)).status, 404)
  assert.equal((await plane.propose(undefined, as)).status, 403)
})
