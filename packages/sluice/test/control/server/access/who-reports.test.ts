import assert from 'node:assert/strict'
import { test } from 'node:test'
import { announce } from '../../../../src/control/notify/announce.ts'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutText } from '../../../../src/control/remote/rollout-text.ts'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { onlySourceAlert } from '../../../../src/control/rollout/assessment/place-share.ts'
import { disputeText } from '../../../../src/control/rollout/assessment/token-share.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { Scope } from '../../../../src/records/token-scopes.ts'
import { answerText } from '../../../support/control-plane/answer-text.ts'
import type { TestPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { nothingKnown, planeThatKnows, startCanary, watchCanary } from '../../../support/rollout/watched-canary.ts'

const hidden = 'secret'

/** A token as it is made in production, so its id is as there. */
async function made(plane: TestPlane, name: string, scopes: Scope[], features: string[] | null) {
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name, scopes, features } })
  return { secret: body.token as string, id: body.record.id as string, name }
}

/**
 * A rollout of `alpha` of which two applications report: one that is for `alpha` alone, and one for all features, on
 * whose word alone the evidence rests.
 */
async function stage() {
  const known = nothingKnown()
  const plane = await planeThatKnows(known)
  const own = await made(plane, 'app-of-alpha', ['client'], ['alpha'])
  const wide = await made(plane, 'app-of-everything', ['client'], null)
  const secret = await made(plane, 'app-of-secret', ['client'], [hidden])
  await startCanary(plane, hidden)
  const rollout = await startCanary(plane, 'alpha')
  watchCanary(rollout, known, { looks: 2 })
  const assessed = known.assessments.get(rollout.id)
  assert.ok(assessed)
  const assessment = reportedBy(assessed, [own.id, wide.id])
  known.assessments.set(rollout.id, assessment)
  const ack = { instance: 'host-of-secret', epoch: plane.store.epoch, revision: 0, hash: 'h' }
  await plane.ask('POST /v1/acks', { as: secret.secret, body: ack })
  const body = { token: wide.id, reason: 'it lies' }
  await plane.ask(`POST /v1/rollouts/${rollout.id}/exclusions`, { as: 'operator', body })
  const taken = { feature: 'alpha', token: wide.id, held_by: own.id }
  plane.plane.metrics.count('outcome_ids_taken_total', 'Taken.', taken)
  plane.plane.metrics.count('outcome_ids_taken_total', 'Taken.', { ...taken, token: secret.id }, 2)
  const as = (scope: Scope, features: string[] | null = ['alpha']) =>
    plane.token(`${scope}-${features}-of-test`, { scopes: [scope], features })
  return { plane, known, rollout, assessment, own, wide, secret, as }
}

function reportedBy(assessed: Assessment, ids: readonly string[]): Assessment {
  const [token] = assessed.tokens
  assert.ok(token)
  const tokens = ids.map((tokenId) => ({ ...token, tokenId, share: 0.5 }))
  const [, wide = ''] = ids
  const counts = { requests: token.requests, errors: token.errors }
  const place = (id: string, tokenId = wide) => ({ id, tokenId, share: 0.5, ...counts })
  const accuser = { kind: 'instance', id: 'host-7', tokenId: wide, failures: { own: 4, all: 5 } } as const
  const alerts = [
    { code: 'tokens-disagree', message: disputeText(tokens) },
    { code: 'one-source', message: onlySourceAlert(accuser) },
  ]
  const places = { instance: [place('host-7'), place('host-8', ids[0])], address: [place('hashed-address')] }
  return { ...assessed, tokens, places, accuser, alerts, words: `${disputeText(tokens)}. Seen: enough.` }
}

type Stage = Awaited<ReturnType<typeof stage>>

async function answers({ plane, rollout }: Stage, as: string): Promise<Map<string, string>> {
  const names: Record<string, string> = { feature: 'alpha', rollout: rollout.id, version: rollout.canary }
  const found = new Map<string, string>()
  for (const { method, path } of routes) {
    if (method !== 'GET') continue
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name) => names[name] ?? name)
    found.set(path, await answerText(await plane.plane.fetch(plane.request(`GET ${address}`, { as }))))
  }
  return found
}

/** The audit log is whole for whoever may read it, since its chain is verified by it: it has ids, and no names. */
const auditLog = '/v1/features/{feature}/audit'

test('no answer to somebody with limits has the id or the name of a token of wider reach', async (t) => {
  const found = await stage()
  await using plane = found.plane
  const { own, wide, secret, rollout, assessment, as } = found
  const check = async (scope: Scope) => {
    for (const [path, text] of await answers(found, await as(scope))) {
      for (const one of [wide, secret]) {
        assert.ok(!text.includes(one.name), `${path}: ${text}`)
        if (path !== auditLog) assert.ok(!text.includes(one.id), `${path}: ${text}`)
      }
      assert.ok(!text.includes('host-of-secret'), `${path}: ${text}`)
      if (scope === 'operator' || scope === 'admin' || path === auditLog) continue
      const metrics = path === '/metrics' ? '' : own.id
      for (const one of [metrics, own.name, 'host-7', 'hashed-address'])
        assert.ok(one === '' || !text.includes(one), `${one} in ${path}: ${text}`)
    }
  }
  const limited = ['client', 'ci', 'viewer', 'approver', 'operator', 'admin'] as const
  for (const scope of limited) await t.test(`while it runs, for ${scope}`, () => check(scope))
  const end = { why: 'evidence', rolloutId: rollout.id, reason: assessment.words, evidence: assessment } as const
  const attribution = { at: plane.clock.now(), by: 'sluice' }
  await applyEvent(plane.store, 'alpha', { type: 'rollBack', ...end }, attribution, { tokenId: null })
  plane.clock.advance(1000)
  for (const scope of limited) await t.test(`after its end, for ${scope}`, () => check(scope))
})

test('who reports is for operators, and what commands say of it to others claims nothing', async () => {
  const found = await stage()
  await using plane = found.plane
  const { own, wide, rollout, as } = found
  for (const path of [`/v1/rollouts/${rollout.id}`, '/v1/features/alpha'])
    for (const scope of ['client', 'ci', 'viewer', 'approver', 'operator', 'admin'] as const) {
      const { body } = await plane.ask(`GET ${path}`, { as: scope })
      const shown = path === '/v1/features/alpha' ? body.rollout : body
      const isTold = scope === 'operator' || scope === 'admin'
      const fields = ['tokens', 'places', 'accuser'].filter((field) => field in shown.assessment)
      assert.deepEqual(fields, isTold ? ['tokens', 'places', 'accuser'] : [], `${path} as ${scope}`)
      assert.equal('excluded' in shown, isTold, scope)
    }
  const textFor = async (token: string) => {
    const { body } = await plane.ask(`GET /v1/rollouts/${rollout.id}`, { as: token })
    return rolloutText(rolloutAnswer.parse(body), [], plane.clock.now()).replaceAll(/\s+/g, ' ')
  }
  const toAll = await textFor('operator')
  assert.match(toAll, new RegExp(`50 % of the requests by ${wide.id} "app-of-everything"`))
  assert.match(toAll, /by instance: 50 % host-7, 50 % host-8/)
  assert.match(toAll, new RegExp(`the outcomes of ${wide.id} are left out by an operator`))
  const toViewer = await textFor('viewer')
  assert.doesNotMatch(toViewer, /of the requests by|by instance|by address|left out by|no known token|none/)
  assert.match(toViewer, /alert: all that speaks against the canary comes from one instance, 4 of 5 failures/)
  assert.match(toViewer, /alert: what some tokens report speaks against .*: a token \(.*, a token \(/)
  const toLimited = await textFor(await as('operator'))
  assert.match(toLimited, new RegExp(`requests by ${own.id} "app-of-alpha"`))
  assert.match(toLimited, /50 % of the requests by a token of wider reach/)
  assert.match(toLimited, /comes from instance host-7 \(a token\)/)
})

test('pages tell an operator with limits of no token of wider reach, and a viewer of none at all', async () => {
  const found = await stage()
  await using plane = found.plane
  const { own, wide, rollout, assessment, as } = found
  const about = { feature: 'alpha', rolloutId: rollout.id, action: 'rollout.alert', at: plane.clock.now() }
  for (const { code, message: reason } of assessment.alerts)
    for (const evidence of [assessment, null])
      await announce(plane.store, { ...about, key: `${code} ${evidence === null}`, reason, evidence })
  const shownTo = async (scope: string, token?: string) => {
    const visitor = await signedIn(plane, scope, token)
    const at = [
      `/rollouts/${rollout.id}`,
      '/',
      '/features/alpha',
      `/rollouts/${rollout.id}/abort`,
      '/features/alpha/applied',
    ]
    return Promise.all(at.map((path) => visitor.get(path).then((page) => page.text())))
  }
  const [rolloutPage = '', ...others] = await shownTo('operator', await as('operator'))
  assert.match(rolloutPage, /Who reports.*app-of-alpha.*a token of wider reach/s)
  const logOf = (page: string) => page.split('<h2>What was done')[1] ?? ''
  assert.match(logOf(rolloutPage), /comes from instance host-7 \(a token\).*token app-of-alpha/s)
  for (const page of [rolloutPage, ...others]) {
    assert.ok(!page.includes(wide.name), page)
    assert.ok(!page.includes(wide.id), page)
  }
  const [toViewer = '', ...rest] = await shownTo('viewer')
  assert.match(logOf(toViewer), /comes from one instance, 4 of 5 failures.*: a token \(/s)
  for (const page of [toViewer, ...rest])
    for (const one of [own.id, own.name, wide.id, wide.name, 'host-7'])
      assert.ok(!page.includes(one), `${one}: ${page}`)
  const [toOperator = ''] = await shownTo('operator')
  assert.match(toOperator, /Who reports.*app-of-everything/s)
  assert.match(logOf(toOperator), /comes from instance host-7 \(token app-of-everything \(t-\w+\)\)/)
})

test('the page of who has a change tells a viewer of no token, also where its reason names one', async () => {
  const found = await stage()
  await using plane = found.plane
  const { wide, rollout, assessment } = found
  const end = {
    why: 'evidence',
    rolloutId: rollout.id,
    reason: assessment.alerts[1]?.message ?? '',
    evidence: assessment,
  } as const
  const attribution = { at: plane.clock.now(), by: 'sluice' }
  await applyEvent(plane.store, 'alpha', { type: 'rollBack', ...end }, attribution, { tokenId: null })
  for (const path of ['/features/alpha/applied', `/rollouts/${rollout.id}`, '/features/alpha']) {
    const toViewer = await (await signedIn(plane, 'viewer')).page(path)
    assert.match(toViewer, /comes from one instance/, path)
    for (const one of [wide.id, 'host-7']) assert.ok(!toViewer.includes(one), `${one} in ${path}: ${toViewer}`)
    assert.match(await (await signedIn(plane, 'operator')).page(path), /host-7 \(token app-of-everything/)
  }
})

test('series of metrics that differ in a token of wider reach alone are one', async () => {
  const found = await stage()
  await using plane = found.plane
  const { own, wide, as } = found
  const { body: limited } = await plane.ask('GET /metrics', { as: await as('viewer') })
  const taken = limited.split('\n').filter((line: string) => line.startsWith('sluice_outcome_ids_taken_total'))
  assert.deepEqual(taken, [`sluice_outcome_ids_taken_total{feature="alpha",token="wider",held_by="${own.id}"} 3`])
  const { body: all } = await plane.ask('GET /metrics', { as: 'viewer' })
  assert.ok(all.includes(`{feature="alpha",token="${wide.id}",held_by="${own.id}"} 1\n`))
})
