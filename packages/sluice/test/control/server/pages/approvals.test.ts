import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { gateReport, promptVersion } from '../../../support/control-plane/control-plane.ts'
import { settled } from '../../../support/control-plane/launched.ts'
import { ruled } from '../../../support/control-plane/ruled.ts'
import { hiddenFields, signedIn, type Visitor } from '../../../support/control-plane/visitor.ts'
import { until } from '../../../support/until.ts'

/** The hidden fields of the form on a page, and its button. */
async function formOn(who: Visitor, path: string): Promise<{ fields: Record<string, string>; text: string }> {
  const text = await who.page(path)
  return { fields: hiddenFields(text), text }
}

/** Sends the form on a page, and gives where it leads. */
async function sent(who: Visitor, path: string, reason: string): Promise<string> {
  const { fields } = await formOn(who, path)
  const response = await who.send(path.split('?', 1)[0] ?? '', { ...fields, reason })
  assert.equal(response.status, 303, await response.text())
  return response.headers.get('location') ?? ''
}

test('a release is proposed, shown, approved and made from the browser', async () => {
  await using plane = await ruled()
  const [ann, bob, eve] = [
    await signedIn(plane, 'operator'),
    await signedIn(plane, 'approver'),
    await signedIn(plane, 'viewer'),
  ]
  const path = `/features/f/start?version=${plane.next}`
  const { text } = await formOn(ann, path)
  assert.match(text, /It needs 1 approval by the role approver\. Sending this proposes it: nothing is released/)
  assert.match(text, /<button class="main">Propose<\/button>/)
  const address = await sent(ann, path, 'shorter')
  assert.match(address, /^\/proposals\/ap-[0-9a-f]{16}$/)
  assert.equal((await plane.state()).rollout, null)
  for (const page of ['/', '/features/f']) {
    assert.match(
      await bob.page(page),
      new RegExp(`<a href="${address}">f: start a rollout of ${plane.next}</a>, by ope-operator`),
    )
    assert.match(await bob.page(page), /needs 1 more approval, by the role approver/)
  }
  assert.doesNotMatch(await eve.page(address), /class="button/)
  const own = await ann.page(address)
  assert.doesNotMatch(own, /\/approve"/, 'whoever proposes is offered to withdraw it alone')
  assert.match(own, /You may not approve this: the rule asks for others.*withdraw"/s)
  assert.match(await bob.page('/'), /tone watch">.*1 release waits for approval or review/)
  assert.doesNotMatch(await bob.page('/'), /tone good">.{0,60}None of /)
  assert.match(await bob.page(address), new RegExp(`href="${address}/approve"`))
  assert.doesNotMatch(await bob.page(address), /withdraw"/)
  const compared = `/features/f/compare?from=${plane.first}&amp;to=${plane.next}`
  assert.ok((await bob.page(address)).includes(`href="${compared}">What it changes, word by word`))
  assert.equal((await bob.get(`/runs/f/${plane.next}`)).status, 200)
  assert.match(await ann.page(`${address}/approve`), /You may not approve this: the rule asks for others/)
  assert.equal((await eve.get(`${address}/approve`)).status, 403)
  const { fields } = await formOn(ann, address.replace(/$/, '/withdraw'))
  const forced = await ann.send(`${address}/approve`, { ...fields, reason: 'me too' })
  assert.deepEqual([forced.status, /Nothing was done\./.test(await forced.text())], [409, true])
  const cross = await bob.send(
    `${address}/approve`,
    { reason: 'r', revision: '1', sendKey: 'a-key-of-a-page-1' },
    { origin: 'https://evil.example' },
  )
  assert.equal(cross.status, 403)
  assert.equal(await sent(bob, `${address}/approve`, 'read the diff'), address)
  const { rollout } = await plane.state()
  assert.equal(rollout.canary, plane.next)
  assert.match(
    await eve.page(address),
    new RegExp(`approved and made.*approved by ope-approver.*/rollouts/${rollout.id}`, 's'),
  )
  assert.doesNotMatch(await bob.page('/'), /Waits for approval/)
  assert.doesNotMatch(await bob.page(address), /rolled back before/)
  const promote = await sent(ann, `/rollouts/${rollout.id}/promote`, 'in a hurry')
  assert.equal(await sent(bob, `${promote}/reject`, 'not today'), promote)
  assert.match(await eve.page(promote), /rejected by ope-approver.*not today/s)
  assert.match(await bob.page(`${promote}/approve`), /rejected/)
  const others = await signedIn(
    plane,
    'admin',
    await plane.token('for-other-features', { scopes: ['admin'], features: ['g'] }),
  )
  assert.match(await eve.page('/settings'), /<code>\*<\/code>: 1 approval by the role approver, within 1 day/)
  assert.match(await others.page('/settings'), /<code>g<\/code>: 1 approval/)
  for (const page of [address, `${promote}/approve`]) assert.equal((await others.get(page)).status, 404)
  assert.doesNotMatch(await others.page('/'), /start a rollout/)
})

test('a release without approval is made from the browser, and stays on the pages until another has reviewed it', async () => {
  await using plane = await ruled()
  const [ann, bob] = [await signedIn(plane, 'operator'), await signedIn(plane, 'approver')]
  const path = `/features/f/activate?version=${plane.next}`
  const { text } = await formOn(ann, path)
  const emergency = /href="([^"]+)">Without approval, in an emergency/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  assert.equal(emergency, `${path}&breakGlass=yes`)
  assert.match(await ann.page(emergency), /<button class="main danger">Release without approval<\/button>/)
  assert.equal(await sent(ann, emergency, 'INC-9'), '/features/f/applied')
  assert.equal((await plane.state()).active, plane.next)
  const address = /href="(\/proposals\/[^"]+)"/.exec(await bob.page('/'))?.[1] ?? ''
  assert.match(await bob.page('/features/f'), /made without approval, and reviewed by nobody/)
  const { text: refused } = await formOn(ann, `${address}/review`)
  assert.match(refused, /may not approve this: the rule asks for others/)
  assert.doesNotMatch(await ann.page(address), /\/review"/)
  const { fields } = await formOn(bob, `${address}/review`)
  const own = await ann.send(`${address}/review`, { ...fields, formKey: ann.formKey, reason: 'mine' })
  assert.equal(own.status, 409)
  assert.equal(await sent(bob, `${address}/review`, 'was right'), address)
  assert.doesNotMatch(await bob.page('/'), /Waits for approval/)
})

test('a proposal says that its version was rolled back before, where it is read and where it is approved', async () => {
  await using plane = await ruled()
  const bob = await signedIn(plane, 'approver')
  const rules = { ...plane.rules }
  delete plane.rules['*']
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: plane.next, reason: 'launch' } })
  await plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'lost dates' } })
  Object.assign(plane.rules, rules)
  const { id, does } = (await plane.propose()).body
  assert.match(
    does.join(' '),
    /was rolled back before, by ope-operator: lost dates/,
    'and so in messages and terminals',
  )
  for (const path of [`/proposals/${id}`, `/proposals/${id}/approve`])
    assert.match(await bob.page(path), /was rolled back before, by ope-operator: lost dates/, path)
})

test('of a version that a machine has published it is said that its author is not known', async () => {
  await using plane = await ruled()
  const bob = await signedIn(plane, 'approver')
  const said =
    /published by a machine \(-of-scope-ci\): who wrote it is not known here, so nothing keeps its author from/
  const { body } = await plane.propose()
  assert.match(body.does.join(' '), said, 'and so in messages and terminals')
  for (const path of [`/proposals/${body.id}`, `/proposals/${body.id}/approve`])
    assert.match(await bob.page(path), said)
  assert.equal((await plane.decide(body.id, 'reject')).status, 200)
  const content = promptVersion('c')
  const report = gateReport('f', content.id, 'pass')
  await plane.ask('POST /v1/features/f/versions', { as: 'admin', body: { content, report } })
  const own = await plane.propose({ act: 'start', version: content.id, reason: 'mine' })
  assert.equal(own.status, 201)
  assert.doesNotMatch(own.body.does.join(' '), /machine/)
  for (const path of [`/proposals/${own.body.id}`, `/proposals/${own.body.id}/approve`])
    assert.doesNotMatch(await bob.page(path), /machine/)
})

test('traffic that was named for a start is part of what is proposed, and whoever approves reads so', async () => {
  await using plane = await ruled()
  const [ann, bob] = [await signedIn(plane, 'operator'), await signedIn(plane, 'approver')]
  const path = `/features/f/start?version=${plane.next}&perDay=40000&users=9000`
  const address = await sent(ann, path, 'the holidays are over')
  const shown = await bob.page(address)
  assert.match(shown, /1 % of the users get .*: about 90 users \(estimated: 1 % of the 9,000 given\)/)
  assert.match(
    shown,
    /How it ends was forecast for traffic that was named, not measured: 40,000 requests a day, 9,000 users a week/,
  )
  await sent(bob, `${address}/approve`, 'so it is')
  assert.equal((await plane.state()).rollout.canary, plane.next)
})

test('the pages of a proposal do not wait while the traffic is counted: they say so, and ask again', async () => {
  const store = memoryStore()
  let isCounted: PromiseLike<void> = Promise.resolve()
  const readLog: typeof store.readLog = async (page) => {
    await isCounted
    return store.readLog(page)
  }
  await using plane = await ruled({}, { store: { ...store, readLog } })
  const { body } = await plane.propose({ act: 'activate', version: plane.next, reason: 'shorter' })
  const who = await signedIn(plane, 'approver')
  const pages = ['', '/approve'].map((act) => `/proposals/${body.id}${act}`)
  // That it told too little is told again for some seconds.
  plane.clock.advance(11_000)
  const { promise, resolve } = Promise.withResolvers<void>()
  isCounted = promise
  for (const path of pages) {
    const page = await settled(plane, who.page(path))
    assert.match(page, /Everybody gets .*; how many users that is, is being counted/)
    assert.match(page, /data-again/)
  }
  resolve()
  for (const path of pages) {
    await until(async () => {
      // A page that was just made is shown again for a second.
      plane.clock.advance(1001)
      return !(await who.page(path)).includes('data-again')
    }, 'the traffic to be counted')
    assert.match(await who.page(path), /how many users that is, is not known/)
  }
})
