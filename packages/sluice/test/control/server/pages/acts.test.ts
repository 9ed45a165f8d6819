import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../../src/control/server/http/problem.ts'
import { refusalOf } from '../../../../src/control/server/pages/acts/act-attempt.ts'
import type { TestPlane } from '../../../support/control-plane/control-plane.ts'
import { acknowledge, launched } from '../../../support/control-plane/launched.ts'
import { hiddenFields, sendForm, signedIn, type Visitor } from '../../../support/control-plane/visitor.ts'

const rolloutActs = ['rollback', 'pause', 'resume', 'advance', 'promote', 'abort']
const featureActs = ['rollback', 'start', 'activate']

async function canary(options: { verdict?: string } = {}): Promise<TestPlane & { next: string; id: string }> {
  const plane = await launched()
  const { next } = plane
  if (options.verdict) await plane.publish('f', 'c', options)
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: next } })
  return { ...plane, next, id: body.id }
}

const stateOf = async (plane: TestPlane) => (await plane.ask('GET /v1/features/f', { as: 'operator' })).body

const formOf = async (who: Visitor, path: string) => hiddenFields(await who.page(path))

test('each act is refused to whoever may only look, in page and API, and nothing changes', async () => {
  await using plane = await canary()
  const before = await stateOf(plane)
  for (const scope of ['viewer', 'approver']) {
    const who = await signedIn(plane, scope)
    const form = { reason: 'r', revision: String(before.revision), sendKey: 'a-key-of-a-page-1' }
    for (const act of rolloutActs) {
      const path = `/rollouts/${plane.id}/${act}`
      assert.equal((await who.get(path)).status, 403, path)
      assert.equal((await who.send(path, form)).status, 403, path)
      if (act === 'rollback') continue
      assert.equal((await plane.ask(`POST /v1${path}`, { as: scope, body: { reason: 'r' } })).status, 403, path)
    }
    for (const act of featureActs) {
      const path = `/features/f/${act}?version=${plane.next}`
      assert.equal((await who.get(path)).status, 403, path)
      assert.equal((await who.send(`/features/f/${act}`, { ...form, version: plane.next })).status, 403, path)
    }
    for (const [route, body] of [
      ['POST /v1/features/f/rollback', { reason: 'r' }],
      ['POST /v1/features/f/rollouts', { version: plane.next }],
      ['PUT /v1/features/f/active', { version: plane.next, reason: 'r' }],
    ] as const)
      assert.equal((await plane.ask(route, { as: scope, body })).status, 403, route)
  }
  for (const scope of ['client', 'ci'])
    assert.equal(
      (await plane.ask(`POST /v1/rollouts/${plane.id}/abort`, { as: scope, body: { reason: 'r' } })).status,
      403,
    )
  assert.deepEqual(await stateOf(plane), before)
})

test('whoever has not signed in is asked to, and an act by the cookie needs the form of the session and the same site', async () => {
  await using plane = await canary()
  const path = `/rollouts/${plane.id}/rollback`
  const nobody = await plane.plane.fetch(plane.request(`GET ${path}`))
  assert.equal(nobody.headers.get('location'), `/sign-in?next=${encodeURIComponent(path)}`)
  const ann = await signedIn(plane, 'operator')
  const bob = await signedIn(plane, 'operator')
  const form = { ...(await formOf(ann, path)), reason: 'worse' }
  assert.equal((await ann.send(path, { ...form, formKey: bob.formKey })).status, 403)
  assert.equal((await ann.send(path, form, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await ann.send(path, form, { 'content-type': 'application/json' })).status, 415)
  assert.equal((await stateOf(plane)).rollout.status, 'running')
})

test('what was written into a form is shown where its session has ended, to nobody else, and counts as it was typed', async () => {
  await using plane = await canary()
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/rollback`
  const form = { ...(await formOf(ann, path)), reason: '<i>worse</i>\r\nthan before' }
  const nobody = await sendForm(plane, path, form)
  assert.equal(nobody.status, 401)
  const text = await nobody.text()
  assert.match(text, /Nothing was done.*&lt;i&gt;worse&lt;\/i&gt;\nthan before<\/textarea>/s)
  assert.ok(text.includes(`href="/sign-in?${new URLSearchParams({ next: path, ended: 'yes' })}`.replace('&', '&amp;')))
  const foreign = await sendForm(plane, path, form, { origin: 'https://evil.example' })
  assert.deepEqual([foreign.status, /worse/.test(await foreign.text())], [403, false])
  assert.equal((await stateOf(plane)).rollout.status, 'running')
  const reason = 'line\r\n'.repeat(399)
  assert.equal((await ann.send(path, { ...form, reason })).status, 303, 'a line break is one character')
  const rows = (await plane.ask('GET /v1/features/f/audit', { as: 'operator' })).body.rows
  assert.equal(rows.at(-1).reason, reason.replaceAll('\r\n', '\n').trim())
})

test('a token for other features finds neither rollout nor feature, as if there were none', async () => {
  await using plane = await canary()
  await plane.token('other-operator', { scopes: ['operator'], features: ['other'] })
  const who = await signedIn(plane, 'operator', 'other-operator')
  const missing = await (await who.get('/rollouts/r-0000000000000000/abort')).text()
  const hidden = await who.get(`/rollouts/${plane.id}/abort`)
  assert.equal(hidden.status, 404)
  const plain = (text: string) =>
    text
      .replaceAll(/r-\w{16}|request <code>\w+/g, '')
      .replaceAll(/As of [^<]+/g, '')
      .replaceAll(/data-at="\d+"/g, '')
  assert.equal(plain(await hidden.text()), plain(missing))
  const form = { reason: 'r', revision: '1', sendKey: 'a-key-of-a-page-1', version: plane.next }
  assert.equal((await who.send(`/rollouts/${plane.id}/abort`, form)).status, 404)
  for (const act of [...featureActs, 'applied']) assert.equal((await who.get(`/features/f/${act}`)).status, 404, act)
  for (const act of featureActs) assert.equal((await who.send(`/features/f/${act}`, form)).status, 404, act)
  assert.equal((await stateOf(plane)).rollout.status, 'running')
})

test('a rollback is done as the API does it, once for a form that is sent twice', async () => {
  await using plane = await canary()
  await acknowledge(plane, 'app-1')
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/rollback`
  const form = { ...(await formOf(ann, path)), reason: 'answers in French' }
  const sent = await Promise.all([ann.send(path, form), ann.send(path, form)])
  for (const response of sent) {
    assert.equal(response.status, 303, await response.text())
    assert.equal(response.headers.get('location'), '/features/f/applied')
  }
  const { rollout } = await stateOf(plane)
  assert.equal(rollout.status, 'rolledBack')
  const rows = (await plane.ask('GET /v1/features/f/audit', { as: 'operator' })).body.rows
  const done = rows.filter(({ action }: { action: string }) => action === 'rollout.rollBack')
  assert.deepEqual(
    done.map(({ reason, actor, evidence }: Record<string, unknown>) => ({ reason, actor, evidence })),
    [{ reason: 'answers in French', actor: 'ope-operator', evidence: { manual: true } }],
  )
  const applied = await ann.page('/features/f/applied')
  assert.match(applied, /rolled back the canary/)
  assert.match(applied, /0 of 1 instances have it; 1 may still serve the canary/)
  await acknowledge(plane, 'app-1')
  await plane.pass(1500)
  const all = await ann.page('/features/f/applied')
  assert.match(all, /The one instance has it/)
  assert.doesNotMatch(all, /silent for long are not counted/)
  // A canary ends by itself on an instance that is cut off, and an active version that was taken back does not.
  await plane.ask('PUT /v1/features/f/active', {
    ...{ as: 'admin', body: { version: plane.next, reason: 'all the same', override: { reason: 'it was better' } } },
  })
  await acknowledge(plane, 'app-1')
  await plane.pass(1500)
  const given = await ann.page('/features/f/applied')
  assert.match(
    given,
    /The one instance has it.*cannot reach the control plane serves the earlier version until it connects again/s,
  )
})

test('a form of a page that is old is refused, and says what has changed and by whom', async () => {
  await using plane = await canary()
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/promote`
  const form = await formOf(ann, path)
  await plane.ask(`POST /v1/rollouts/${plane.id}/advance`, { as: 'admin', body: { reason: 'next please' } })
  const response = await ann.send(path, { ...form, reason: 'looks <good>' })
  assert.equal(response.status, 409)
  const text = await response.text()
  assert.match(text, /Nothing was done.*advanced the canary [0-9a-f]{12} at .*\(next please\)/s)
  assert.match(text, /looks &lt;good&gt;<\/textarea>/, 'the reason is kept')
  assert.match(text, /stage 2 of 4/, 'what holds now is shown')
  const again = hiddenFields(text)
  assert.notEqual(again.sendKey, form.sendKey)
  assert.equal((await ann.send(path, { ...again, reason: 'looks good' })).status, 303)
  assert.equal((await stateOf(plane)).rollout.status, 'promoted')
})

test('an act that the state does not allow has no form, and says why', async () => {
  await using plane = await canary()
  const ann = await signedIn(plane, 'operator')
  assert.match(await ann.page(`/rollouts/${plane.id}/resume`), /is not paused/)
  await plane.ask(`POST /v1/rollouts/${plane.id}/abort`, { as: 'admin', body: { reason: 'no time' } })
  for (const act of rolloutActs) {
    const text = await ann.page(`/rollouts/${plane.id}/${act}`)
    assert.match(text, /has ended: aborted by .* \(no time\)/, act)
    assert.doesNotMatch(text, /class="fields"/, act)
  }
})

test('a form without a reason is refused and shown again', async () => {
  await using plane = await canary()
  const ann = await signedIn(plane, 'operator')
  const path = `/rollouts/${plane.id}/pause`
  const response = await ann.send(path, { ...(await formOf(ann, path)), reason: '  \n ' })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /A reason is needed/)
  assert.equal((await stateOf(plane)).rollout.status, 'running')
})

test('a rollout of a version that has not passed needs a second reason, which the audit log keeps', async () => {
  await using plane = await launched()
  const bad = await plane.publish('f', 'c', { verdict: 'fail' })
  const ann = await signedIn(plane, 'operator')
  const choice = await ann.page('/features/f/start')
  assert.match(choice, new RegExp(`href="/features/f/start\\?version=${bad}"`))
  assert.match(choice, /not passed: its gate said fail/)
  const path = `/features/f/start?version=${bad}`
  assert.match(await ann.page(path), /It has not passed: its gate said fail/)
  const form = { ...(await formOf(ann, path)), reason: 'try it' }
  const refused = await ann.send('/features/f/start', form)
  assert.equal(refused.status, 409)
  assert.match(await refused.text(), /has not passed: its gate said fail/)
  const fresh = { ...(await formOf(ann, path)), reason: 'try it', override: 'the case is wrong' }
  assert.equal((await ann.send('/features/f/start', fresh)).status, 303)
  const { rollout } = await stateOf(plane)
  assert.deepEqual([rollout.canary, rollout.override], [bad, 'the case is wrong'])
  const rows = (await plane.ask('GET /v1/features/f/audit', { as: 'operator' })).body.rows
  assert.equal(rows.at(-1).reason, 'try it')
  assert.equal(rows.at(-1).evidence.override, 'the case is wrong')
})

test('a version is activated and rolled back for everybody, with the same refusals', async () => {
  await using plane = await launched()
  const ann = await signedIn(plane, 'operator')
  assert.match(await ann.page('/features/f/rollback'), /no earlier version that was good/)
  const path = `/features/f/activate?version=${plane.next}`
  assert.match(await ann.page(path), /Everybody gets .* at once, instead of .*; how many users that is, is not known/)
  const form = { ...(await formOf(ann, path)), reason: 'release' }
  assert.equal((await ann.send('/features/f/activate', form)).status, 303)
  const { active, history } = await stateOf(plane)
  assert.equal(active, plane.next)
  const back = await formOf(ann, '/features/f/rollback')
  assert.equal(back.version, history[0].version)
  assert.doesNotMatch(await ann.page('/features/f/rollback'), /rolled back already/)
  assert.equal((await ann.send('/features/f/rollback', { ...back, reason: 'worse' })).status, 303)
  const after = await stateOf(plane)
  assert.equal(after.active, history[0].version)
  assert.deepEqual(after.rolledBack, [plane.next])
  assert.match(
    await ann.page('/features/f/rollback'),
    new RegExp(
      `${plane.next} was rolled back already, 24 Nov 2026 09:00Z by ope-operator \\(worse\\)\\. Since then everybody gets ${after.active}\\.`,
    ),
  )
  for (const act of ['activate', 'start']) {
    assert.match(await ann.page(`/features/f/${act}`), /✕<\/span> rolled back before/, act)
    const chosen = await ann.page(`/features/f/${act}?version=${plane.next}`)
    assert.match(chosen, /was rolled back before, by ope-operator: worse/, act)
  }
  assert.equal((await ann.get('/features/f/activate?version=000000000000')).status, 404)
})

test('an active version is taken back while a canary runs, from the page of the feature and as what it is', async () => {
  await using plane = await launched()
  const { next } = plane
  const [first] = (await stateOf(plane)).history
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: next, reason: 'release' } })
  const third = await plane.publish('f', 'third')
  const { body } = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: third } })
  await plane.pass(1500)
  const ann = await signedIn(plane, 'operator')
  const page = await ann.page('/features/f')
  assert.match(page, new RegExp(`href="/rollouts/${body.id}/rollback">Roll back the canary …</a>`))
  assert.match(page, /href="\/features\/f\/rollback">Take back the active version, which ends the canary too …<\/a>/)
  assert.match(await ann.page('/features/f/rollback'), new RegExp(`The rollout of ${third} ends, without a verdict`))
  const form = { ...(await formOf(ann, '/features/f/rollback')), reason: 'worse' }
  assert.equal((await ann.send('/features/f/rollback', form)).status, 303)
  const after = await stateOf(plane)
  assert.deepEqual([after.active, after.rolledBack, after.rollout.status], [first.version, [next], 'aborted'])
  await plane.pass(1500)
  const applied = await ann.page('/features/f/applied')
  const text = (shown: string) => shown.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ')
  assert.match(text(applied), new RegExp(`ope-operator rolled back the active version ${next}, [^:]+:[^:]+: worse `))
  assert.doesNotMatch(applied, new RegExp(third))
  const rollout = await ann.page(`/rollouts/${body.id}`)
  assert.match(rollout, /Aborted, 24 Nov 09:00Z, by ope-operator: the incumbent was taken back\./)
  assert.match(rollout, /rolled back the active version <small class="line"><code>active\.rollBack<\/code>/)
})

test('a list of versions says where one was rolled back as a canary, and why, and that there is none to choose', async () => {
  await using plane = await canary()
  const ann = await signedIn(plane, 'operator')
  const path = `/features/f/activate?version=${plane.next}`
  assert.doesNotMatch(await ann.page(path), /rolled back before/)
  const form = { ...(await formOf(ann, `/rollouts/${plane.id}/rollback`)), reason: 'lost <b>dates</b>' }
  await ann.send(`/rollouts/${plane.id}/rollback`, form)
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: plane.next, reason: 'again' } })
  await plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'still worse' } })
  assert.match(await ann.page(path), /was rolled back before, by ope-operator: still worse/)
  const third = await plane.publish('f', 'third')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: third, reason: 'another' } })
  assert.match(await ann.page(path), /was rolled back before, by ope-operator: lost &lt;b&gt;dates/)
  const only = await plane.publish('g', 'a')
  await plane.ask('PUT /v1/features/g/active', { as: 'operator', body: { version: only, reason: 'launch' } })
  for (const act of ['activate', 'start']) assert.match(await ann.page(`/features/g/${act}`), /no other version/, act)
})

test('a refusal is a sentence, and the id of a version that begins it stays as it is', () => {
  const refused = (detail: string) => refusalOf(new Problem({ status: 409, code: 'environment-before', detail }))
  assert.equal(refused('mail has changed'), 'Mail has changed.')
  assert.equal(refused('c84f5641b4d1 of mail was rolled back.'), 'c84f5641b4d1 of mail was rolled back.')
})
