import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import type { TestPlane } from '../../../support/control-plane/control-plane.ts'
import { sendForm } from '../../../support/control-plane/visitor.ts'
import { type LocalProvider, startIdentityProvider } from '../../../support/oidc/identity-provider.ts'
import {
  arrive,
  connectionFrom,
  cookieIn,
  goAndReturn,
  oidcCallback,
  planeAt,
  type Returning,
  visit,
} from '../../../support/oidc/oidc-visitor.ts'
import { until } from '../../../support/until.ts'

let provider: LocalProvider
before(async () => {
  provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  for (const login of ['ann', 'mallory']) provider.people.set(login, { name: login, groups: ['on-call'] })
})
after(() => provider[Symbol.asyncDispose]())

/** A callback with a code that was guessed, for an attempt that was begun. */
async function forgedCallback(plane: TestPlane): Promise<{ address: string; cookie: string }> {
  const begun = await visit(plane, '/sign-in/oidc')
  const { searchParams } = new URL(begun.headers.get('location') ?? '')
  const address = `${oidcCallback}?code=guessed&iss=${provider.issuer}&state=${searchParams.get('state')}`
  return { address, cookie: cookieIn(begun, 'sluice_sign_in') }
}

/** A fetch that counts how often the provider is asked for tokens, and waits for `until` before it does. */
function counting(until: Promise<void> = Promise.resolve(), onAsked: (now: number) => void = () => undefined) {
  const asked = { all: 0, now: 0, most: 0 }
  const fetch = createLeanFetch({ env: {} })
  const counted: typeof globalThis.fetch = async (address, init) => {
    if (!String(address).endsWith('/token')) return fetch(address, init)
    asked.all += 1
    asked.now += 1
    asked.most = Math.max(asked.most, asked.now)
    onAsked(asked.now)
    await until
    const response = await fetch(address, init)
    asked.now -= 1
    return response
  }
  return { asked, fetch: counted }
}

test('whoever fails locks out nobody else of the same address, and asks the provider once for each attempt', async () => {
  const { asked, fetch } = counting()
  await using plane = await planeAt(provider, { fetch })
  const { back, cookie } = await goAndReturn(plane, provider, 'ann')
  for (let count = 0; count < 30; count += 1) {
    assert.equal((await visit(plane, back)).status, 400, 'nobody has begun it in this browser')
    await sendForm(plane, '/sign-in', { token: 'a-wrong-token' })
    const forged = await forgedCallback(plane)
    assert.equal((await visit(plane, forged.address, forged.cookie)).status, 403)
    const again = await visit(plane, forged.address, forged.cookie)
    assert.equal(again.status, 400, 'an attempt that has failed is none any more')
  }
  assert.equal(asked.all, 30)
  assert.equal((await visit(plane, back, cookie)).status, 200, 'behind a proxy all have the address of the attacker')
})

test('a flood of callbacks reaches the provider some at a time, and whoever waits too long is asked to come again', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { asked, fetch } = counting(promise, (now) => now > 8 && resolve())
  await using plane = await planeAt(provider, { fetch })
  const flood = await Promise.all(Array.from({ length: 60 }, () => forgedCallback(plane)))
  const answers = flood.map(({ address, cookie }) => visit(plane, address, cookie))
  const first = await Promise.race(answers)
  assert.equal(first.status, 503)
  assert.match(await first.text(), /Very many sign-ins are under way at once: load this page again/)
  resolve()
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  assert.deepEqual(
    [asked.most, asked.all, statuses.filter((status) => status === 503).length],
    [8, 48, 12],
    'eight at once, forty after them',
  )
  assert.equal((await arrive(plane, provider, 'ann')).status, 200)
})

/** A provider that answers no question for tokens until it is released, and the codes that it was asked about. */
function holding() {
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const codes: (string | null)[] = []
  const fetch = createLeanFetch({ env: {} })
  const held: typeof globalThis.fetch = async (address, init) => {
    if (!String(address).endsWith('/token')) return fetch(address, init)
    codes.push(new URLSearchParams(String(init?.body)).get('code'))
    await promise
    return fetch(address, init)
  }
  return { codes, release, fetch: held }
}

/** So many forged callbacks, of which eight are under way and the others wait or are refused. */
async function flooded(plane: TestPlane, codes: readonly unknown[], sent: number): Promise<Promise<Response>[]> {
  const forged = await Promise.all(Array.from({ length: sent }, () => forgedCallback(plane)))
  const answers = forged.map(({ address, cookie }) => visit(plane, address, cookie, connectionFrom('203.0.113.1')))
  await until(() => codes.length === 8, 'eight questions to the provider')
  return answers
}

const codeOf = ({ back }: Returning) => back.searchParams.get('code')

test('during a flood from one address people sign in from others, each in the next turn', async () => {
  const { codes, release, fetch } = holding()
  await using plane = await planeAt(provider, { fetch })
  const people = await Promise.all(['ann', 'ann', 'mallory'].map((login) => goAndReturn(plane, provider, login)))
  const flood = await flooded(plane, codes, 60)
  const answers = people.map(({ back, cookie }, index) =>
    visit(plane, back, cookie, connectionFrom(`198.51.100.${Math.min(index, 1)}`)),
  )
  const more = await Promise.all(Array.from({ length: 20 }, () => forgedCallback(plane)))
  flood.push(...more.map(({ address, cookie }) => visit(plane, address, cookie, connectionFrom('203.0.113.1'))))
  await Promise.race(flood)
  release()
  assert.deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    [200, 200, 200],
  )
  await Promise.all(flood)
  const turns = people.map((person) => codes.indexOf(codeOf(person))).sort((one, other) => one - other)
  assert.ok(
    turns.every((turn) => turn >= 8 && turn < 8 + 6),
    `in turn with the flood: ${turns}`,
  )
})

test('whoever was pushed out by a flood behind the same proxy gets in by loading the page again', async () => {
  const { codes, release, fetch } = holding()
  await using plane = await planeAt(provider, { fetch })
  const ann = await goAndReturn(plane, provider, 'ann')
  const flood = await flooded(plane, codes, 8)
  const first = visit(plane, ann.back, ann.cookie, connectionFrom('203.0.113.1'))
  const more = await Promise.all(Array.from({ length: 40 }, () => forgedCallback(plane)))
  flood.push(...more.map(({ address, cookie }) => visit(plane, address, cookie, connectionFrom('203.0.113.1'))))
  const refused = await first
  assert.deepEqual([refused.status, refused.headers.getSetCookie()], [503, []], 'her attempt goes on')
  release()
  await Promise.all(flood)
  assert.equal((await visit(plane, ann.back, ann.cookie, connectionFrom('203.0.113.1'))).status, 200)
})

test('a browser that has gone is not waited for', async () => {
  const { codes, release, fetch } = holding()
  await using plane = await planeAt(provider, { fetch })
  const ann = await goAndReturn(plane, provider, 'ann')
  const flood = await flooded(plane, codes, 8)
  const connection = connectionFrom('203.0.113.1')
  const answer = visit(plane, ann.back, ann.cookie, connection)
  await until(() => connection.outgoing.listenerCount('close') > 0, 'her place in the queue')
  connection.outgoing.emit('close')
  assert.equal((await answer).status, 503)
  release()
  await Promise.all(flood)
  assert.ok(!codes.includes(codeOf(ann)))
})

test('nor is one that left before its place in the queue', async () => {
  const { codes, release, fetch } = holding()
  await using plane = await planeAt(provider, { fetch })
  const ann = await goAndReturn(plane, provider, 'ann')
  const flood = await flooded(plane, codes, 8)
  const connection = connectionFrom('203.0.113.1')
  Object.assign(connection.outgoing, { destroyed: true })
  const answer = visit(plane, ann.back, ann.cookie, connection)
  const ended = await Promise.race([answer, wait(5000, undefined, { ref: false })])
  release()
  await Promise.all(flood)
  assert.equal(ended?.status, 503, 'it waited for its turn')
  assert.ok(!codes.includes(codeOf(ann)))
})

test('what the provider is asked beside the ID token is asked within the same turn', async () => {
  await using sparing = await startIdentityProvider({ callbacks: [oidcCallback], inIdToken: false })
  sparing.people.set('ann', { name: 'ann', groups: ['on-call'] })
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const asked: string[] = []
  const lean = createLeanFetch({ env: {} })
  const count = (end: string) => asked.filter((path) => path.endsWith(end)).length
  const fetch: typeof globalThis.fetch = async (address, init) => {
    asked.push(new URL(String(address)).pathname)
    if (String(address).endsWith('/me')) await promise
    return lean(address, init)
  }
  await using plane = await planeAt(sparing, { fetch })
  const people = await Promise.all(Array.from({ length: 9 }, () => goAndReturn(plane, sparing, 'ann')))
  const answers = people.map(({ back, cookie }) => visit(plane, back, cookie))
  await until(() => count('/me') === 8, 'eight questions for the rest')
  assert.equal(count('/token'), 8)
  release()
  for (const answer of answers) assert.equal((await answer).status, 200)
})
