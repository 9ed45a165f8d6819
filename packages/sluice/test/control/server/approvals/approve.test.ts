import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import { changeToken } from '../../../../src/control/server/access/change-token.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { TokenRecord } from '../../../../src/records/token.ts'
import { gateReport, promptVersion } from '../../../support/control-plane/control-plane.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'
import { request } from '../../../support/controller/stage.ts'

const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

test('a release that needs approval is refused, proposed, approved by another, and made once', async () => {
  await using plane = await ruled()
  const { next } = plane
  const act = (route: string, body: object) => plane.ask(route, { as: 'operator', body })
  const refused = await act('POST /v1/features/f/rollouts', { version: next })
  assert.deepEqual(codeOf(refused), [409, 'approval-needed'])
  assert.match(refused.body.detail, /needs 1 approval by the role approver\. Propose it .* or do it without/)
  assert.deepEqual(codeOf(await act('PUT /v1/features/f/active', { version: next, reason: 'r' })), [
    409,
    'approval-needed',
  ])
  const proposed = await plane.propose()
  assert.deepEqual(
    [proposed.status, proposed.body.state, proposed.body.missing, proposed.body.lapsed],
    [201, 'open', 1, null],
  )
  assert.match(proposed.body.does[0], /^1 % of the users get /)
  assert.equal((await plane.state()).rollout, null)
  const { id } = proposed.body
  assert.deepEqual((await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals, [proposed.body])
  assert.deepEqual(codeOf(await plane.decide(id, 'approve', 'operator')), [403, 'may-not-approve'])
  const done = await plane.decide(id, 'approve')
  assert.deepEqual([done.status, done.body.state, done.body.missing], [200, 'done', 0])
  const { rollout } = await plane.state()
  assert.deepEqual(
    [rollout.id, rollout.canary, rollout.settings],
    [done.body.rolloutId, next, proposed.body.wish.settings],
  )
  assert.deepEqual(codeOf(await plane.decide(id, 'approve')), [409, 'proposal-over'])
  assert.deepEqual((await plane.ask('GET /v1/proposals', { as: 'viewer' })).body.proposals, [])
  const rows = await plane.store.audit('f')
  assert.deepEqual(
    rows.slice(-3).map(({ action, tokenId, reason }) => [action, tokenId, reason]),
    [
      ['approval.propose', 'id-token-of-scope-operator', 'shorter'],
      ['approval.approve', 'id-token-of-scope-approver', 'looked at it'],
      ['rollout.start', 'id-token-of-scope-approver', 'shorter'],
    ],
  )
  const { approval } = (rows.at(-1)?.evidence ?? {}) as { approval?: unknown }
  const proposedBy = { tokenId: 'id-token-of-scope-operator', name: 'ope-operator' }
  assert.deepEqual(approval, { proposal: id, proposedBy })
  assert.deepEqual(verifyChain(rows, await plane.store.auditHead('f')), { ok: true, rows: rows.length })
})

test('what is started is what was approved, whatever the traffic has become since', async () => {
  await using plane = await ruled()
  const content = promptVersion('c')
  const judged = {
    ...{ judge: { model: 'local:j', parameters: {} }, rubric: [{ id: 'facts', ask: 'Is it true?' }] },
    live: { store: true, judge: { percent: 10, budgetUsdPerDay: 100 } },
    report: gateReport('f', content.id, 'pass'),
  }
  await plane.ask('POST /v1/features/f/versions', { as: 'ci', body: { content, ...judged } })
  const { id, wish } = (await plane.propose({ act: 'start', version: content.id, reason: 'r' })).body
  const from = plane.clock.now() - 24 * 3_600_000
  const some = Array.from({ length: 30 }, (_, hour) =>
    request(`${hour}`, { feature: 'f', unit: `${hour}`, receivedAt: from + hour * 2_700_000 }),
  )
  await plane.store.append(some)
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
  const { settings, judgePercent } = (await plane.store.feature('f'))?.rollout ?? {}
  assert.deepEqual([settings?.stages.length, judgePercent], [wish.settings.stages.length, undefined])
})

test('each kind of release is proposed and approved; what takes a version back or only pauses needs nobody', async () => {
  await using plane = await ruled()
  const { first, next } = plane
  const approved = async (body: object) => {
    const { body: proposal } = await plane.propose(body)
    const { status, body: done } = await plane.decide(proposal.id, 'approve')
    assert.deepEqual([status, done.state], [200, 'done'], JSON.stringify([proposal, done]))
  }
  await approved({ act: 'start', version: next })
  const rollout = (await plane.state()).rollout.id as string
  const act = (what: string) =>
    plane.ask(`POST /v1/rollouts/${rollout}/${what}`, { as: 'operator', body: { reason: 'r' } })
  for (const wider of ['advance', 'promote']) assert.deepEqual(codeOf(await act(wider)), [409, 'approval-needed'])
  await approved({ act: 'advance', rollout, reason: 'quiet night' })
  assert.equal((await plane.state()).rollout.stage, 1)
  for (const free of ['pause', 'resume']) assert.equal((await act(free)).status, 200)
  await approved({ act: 'promote', rollout, reason: 'in a hurry' })
  assert.equal((await plane.state()).active, next)
  const back = (body: object) => plane.ask('POST /v1/features/f/rollback', { as: 'operator', body })
  assert.equal((await back({ reason: 'bad' })).body.feature.active, first)
  await approved({ act: 'activate', version: next, reason: 'mended elsewhere' })
  const third = await plane.publish('f', 'c')
  const sideways = await back({ to: third, reason: 'never active' })
  assert.deepEqual(codeOf(sideways), [409, 'approval-needed'])
  assert.match(sideways.body.detail, /was never active: propose to activate it/)
  await approved({ act: 'start', version: third })
  assert.equal((await back({ reason: 'bad canary' })).status, 200)
  assert.equal((await plane.state()).active, next)
})

test('the promotion at the end of an approved rollout, which the engine makes, needs nobody', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  await plane.decide(id, 'approve')
  const event = { type: 'promote', strength: 'strong', reason: 'proven' } as const
  await applyEvent(plane.store, 'f', event, { at: plane.clock.now(), by: 'sluice' }, { tokenId: null })
  assert.equal((await plane.state()).active, plane.next)
})

test('machines propose and never approve; applications do neither; viewers only look', async () => {
  await using plane = await ruled()
  const { body, status } = await plane.propose(undefined, 'ci')
  assert.equal(status, 201)
  const mixed = await plane.token('pipeline-and-approver', { scopes: ['ci', 'approver'] })
  for (const as of ['ci', 'client', 'viewer', mixed])
    for (const what of ['approve', 'reject', 'review']) {
      const answer = await plane.decide(body.id, what, as)
      assert.equal(
        answer.status === 409 ? 'over' : answer.status,
        what === 'review' && as === mixed ? 'over' : 403,
        `${as} ${what}`,
      )
    }
  assert.equal((await plane.propose(undefined, 'client')).status, 403)
  assert.equal((await plane.propose(undefined, 'approver')).status, 403)
  assert.equal((await plane.decide(body.id, 'withdraw', 'operator')).status, 403)
  assert.equal((await plane.decide(body.id, 'withdraw', 'ci', {})).body.state, 'withdrawn')
  assert.equal((await plane.state()).rollout, null)
})

test('an admin approves what others propose, never their own, nor by a token that they make or made', async () => {
  await using plane = await ruled()
  const make = async (name: string, scopes: string[], as = 'admin') =>
    (await plane.ask('POST /v1/tokens', { as, body: { name, scopes } })).body.token as string
  const before = await make('second', ['approver'])
  const { id } = (await plane.propose(undefined, 'admin')).body
  const after = await make('third', ['admin'])
  const child = await make('fourth', ['approver'], after)
  for (const as of ['admin', before, after, child])
    assert.deepEqual(codeOf(await plane.decide(id, 'approve', as)), [403, 'may-not-approve'], as)
  assert.match((await plane.decide(id, 'approve', child)).body.detail, /"-scope-admin" made "fourth"/)
  const other = (await plane.propose({ act: 'activate', version: plane.next, reason: 'r' }, before)).status
  assert.equal(other, 403)
  const operator = await make('fifth', ['operator'])
  const mine = (await plane.propose({ act: 'activate', version: plane.next, reason: 'r' }, operator)).body.id
  for (const as of ['admin', before, after, child])
    assert.deepEqual(codeOf(await plane.decide(mine, 'approve', as)), [403, 'may-not-approve'], as)
  assert.equal((await plane.decide(mine, 'approve')).body.state, 'done')
  assert.equal((await plane.decide(id, 'approve')).body.code, 'proposal-lapsed')
})

test('who made a token is found in the log of tokens where its record does not say it', async () => {
  await using plane = await ruled()
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'old', scopes: ['approver'] } })
  const before = (await plane.store.tokenById(body.record.id)) ?? assert.fail()
  const { madeBy, ...record } = before
  assert.equal(madeBy, 'id-token-of-scope-admin')
  const audit = { chain: 'other', at: 0, actor: 'x', tokenId: null, action: 'x', reason: null }
  await plane.store.commit({
    token: { before, after: record },
    audit: { ...audit, before: null, after: null, evidence: null },
  })
  assert.equal((await plane.store.tokenById(record.id))?.madeBy, undefined)
  const { id } = (await plane.propose(undefined, 'admin')).body
  assert.match((await plane.decide(id, 'approve', body.token)).body.detail, /made "old"/)
})

test('whoever published the version does not approve its release', async () => {
  await using plane = await ruled()
  const content = promptVersion('by an admin')
  const body = { content, report: gateReport('f', content.id) }
  assert.equal((await plane.ask('POST /v1/features/f/versions', { as: 'admin', body })).status, 201)
  const { id } = (await plane.propose({ act: 'start', version: content.id })).body
  assert.match((await plane.decide(id, 'approve', 'admin')).body.detail, /whoever published the version/)
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
})

test('whoever has published another report or other settings for a version does not approve its release', async () => {
  await using plane = await ruled()
  const content = promptVersion('one that fails its gate')
  const published = (as: string, more: object) =>
    plane.ask('POST /v1/features/f/versions', { as, body: { content, ...more } })
  const report = (verdict: string) => ({ report: gateReport('f', content.id, verdict) })
  await published('ci', report('fail'))
  assert.deepEqual(codeOf(await plane.propose({ act: 'start', version: content.id }, 'ci')), [409, 'not-passed'])
  const [doctor, tuner] = [
    await plane.token('doctor-of-reports', { scopes: ['admin'], madeBy: null }),
    await plane.token('tuner-of-settings', { scopes: ['admin'], madeBy: null }),
  ]
  await published(doctor, report('pass'))
  await published(tuner, { ...report('pass'), live: { store: true } })
  await published('ci', { ...report('pass'), live: { store: true } })
  assert.deepEqual((await plane.store.version('f', content.id))?.changedBy, [`id-${doctor}`, `id-${tuner}`])
  const { id } = (await plane.propose({ act: 'start', version: content.id }, 'ci')).body
  for (const as of [doctor, tuner])
    assert.match((await plane.decide(id, 'approve', as)).body.detail, /whoever published .* its settings or its report/)
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
})

test('of two approvals two people are needed, and one that has lost its token in between does not count', async () => {
  await using plane = await ruled({ approvals: 2 })
  const [ann, bob, old] = [
    await plane.token('ann-the-approver', { scopes: ['approver'] }),
    await plane.token('bob-the-approver', { scopes: ['approver'] }),
    await plane.token('old-the-approver', { scopes: ['approver'], expiresAt: plane.clock.now() + 60_000 }),
  ]
  const { id } = (await plane.propose()).body
  const first = (await plane.decide(id, 'approve', ann)).body
  assert.deepEqual([first.state, first.missing], ['open', 1])
  assert.match((await plane.decide(id, 'approve', ann)).body.detail, /another person must approve too/)
  assert.equal((await plane.ask(`DELETE /v1/tokens/id-${ann}`, { as: 'admin' })).status, 200)
  assert.equal((await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.missing, 2)
  assert.equal((await plane.decide(id, 'approve', old)).body.missing, 1)
  plane.clock.advance(60_000)
  assert.equal((await plane.decide(id, 'approve', bob)).body.missing, 1)
  assert.equal((await plane.state()).rollout, null)
  assert.equal((await plane.decide(id, 'approve')).body.state, 'done')
  assert.deepEqual(await plane.actions(5), [
    ...['approval.approve', 'approval.approve', 'approval.approve', 'approval.approve', 'rollout.start'],
  ])
})

test('an approval does not outlive the rights of whoever gave it, nor a proposal those of its proposer', async () => {
  await using plane = await ruled({ approvals: 2 })
  const limit = (secret: string, limits: Partial<TokenRecord>) =>
    changeToken(plane.store, `id-${secret}`, (stored) => stored && { ...stored, ...limits }, {
      ...{ action: 'person.rights', at: plane.clock.now(), caller: { name: 'test', tokenId: null } },
    })
  const [ann, bob, eve, zoe] = [
    await plane.token('ann-loses-her-role', { scopes: ['approver'] }),
    await plane.token('bob-loses-this-feature', { scopes: ['approver'] }),
    await plane.token('eve-of-another-provider', { scopes: ['approver'] }),
    await plane.token('zoe-proposes', { scopes: ['operator'] }),
  ]
  plane.rules['*'] = { approvals: 4, approvers: [ann, bob, eve, 'x'].map((secret) => `id-${secret}`), expires: 60_000 }
  const { id } = (await plane.propose(undefined, zoe)).body
  const missing = async () => (await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body.missing as number
  for (const as of [ann, bob, eve]) await plane.decide(id, 'approve', as)
  assert.equal(await missing(), 1)
  await limit(ann, { scopes: [] })
  assert.equal(await missing(), 2)
  await limit(bob, { features: ['other'] })
  assert.equal(await missing(), 3)
  await limit(eve, { person: { issuer: 'https://login.example.com', subject: 'eve' } })
  assert.equal(await missing(), 4)
  await limit(zoe, { scopes: [] })
  const { lapsed } = (await plane.ask(`GET /v1/proposals/${id}`, { as: 'viewer' })).body
  assert.match(lapsed, /zoe-proposes, who proposed it, has no role any more/)
})

test('a list names by id and by name, and a second token of a name stands for nobody', async () => {
  await using plane = await ruled()
  const [ann, bob] = [
    await plane.token('ann-by-her-name', { scopes: ['operator'], name: 'ann' }),
    await plane.token('bob-by-his-id', { scopes: ['operator'] }),
  ]
  const { id } = (await plane.propose()).body
  plane.rules['*'] = { approvals: 1, approvers: ['ann', `id-${bob}`], expires: 60_000 }
  assert.match((await plane.decide(id, 'approve')).body.detail, /the rule asks for others/)
  await plane.token('another-ann-2', { scopes: ['approver'], name: 'ann' })
  assert.match((await plane.decide(id, 'approve', ann)).body.detail, /several tokens are called "ann"/)
  assert.equal((await plane.decide(id, 'approve', bob)).body.state, 'done')
})
