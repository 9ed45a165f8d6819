import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestOutcome, render, SluiceClient, type SluiceClientOptions } from '../src/index.ts'
import { type FakePlane, fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot, version } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const requests = (plane: FakePlane) => plane.batches.flat() as RequestOutcome[]
const untyped = (value: unknown) => value as never
const everybody = featureWith({ ppm: 1_000_000 }, { capture: { incumbent: 1_000_000, canary: 1_000_000 } })

test('a whole number is the unit that its text is; what names nobody gets the incumbent, and is told', async () => {
  const plane = fakePlane(snapshot(1, featureWith({ ppm: 300_000 })))
  await using started = await startClient(plane)
  const { client, diagnostics } = started
  let canary = 0
  for (let id = 0; id < 1000; id += 1) {
    const arm = client.route('mail', id).arm
    assert.deepEqual([client.route('mail', String(id)).arm, client.route('mail', BigInt(id)).arm], [arm, arm])
    if (arm === 'canary') canary += 1
  }
  assert.ok(Math.abs(canary - 300) < 60, `${canary} of 1000`)
  assert.ok(!diagnostics.some(({ code }) => /unit/.test(code)))
  const nobody = [null, '', 1.5, Number.NaN, Number.POSITIVE_INFINITY, true, Symbol('ann'), {}, [], () => 'ann']
  nobody.push(new Date(), Object(7), Object('ann'), 'a\0b', 'x'.repeat(1025), { toString: () => 'ann' })
  for (const unit of nobody) {
    const told = diagnostics.length
    const route = client.route('mail', untyped(unit))
    assert.deepEqual([route.version, route.arm, diagnostics.length - told], ['a', null, 1], String(unit))
    assert.equal(diagnostics.at(-1)?.code, 'invalid-unit')
  }
  assert.deepEqual([client.route('mail').arm, diagnostics.at(-1)?.code], [null, 'no-unit'])
  const ends = [-0, 1e21, 2 ** 53, -(10n ** 30n)].map((unit) => client.route('mail', unit))
  for (const route of ends) route.record({})
  await client.flush()
  assert.deepEqual(
    requests(plane).map(({ unit }) => unit),
    ['0', '1e+21', '9007199254740992', '-1000000000000000000000000000000'],
  )
})

test('a field that is no good is left out or cut and told, and the request is kept with its error', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const deep = JSON.parse(`${'{"a":'.repeat(61)}1${'}'.repeat(61)}`)
  const odd: Record<string, unknown[]> = {
    latencyMs: [Number.NaN, -1, '5', 86_400_001, 5n, null],
    costUsd: [Number.POSITIVE_INFINITY, -0.1, 1e200],
    inputTokens: [1.5, 1e10, {}],
    refusal: ['yes', 1],
    input: ['text', ['text'], circular, { amount: 1n }, deep, { text: 'x'.repeat(1_100_000) }],
    output: [{ text: 'x' }, 'x'.repeat(1_100_000), 'ﷺ'.repeat(200_000)],
    id: ['mine'],
    kind: ['feedback'],
    unit: ['other'],
    arm: ['incumbent'],
    constructor: ['x'],
  }
  const all = Object.entries(odd).flatMap(([name, values]) => values.map((value) => [name, value] as const))
  for (const [name, value] of all) {
    const told = started.diagnostics.length
    started.client.route('mail', 'ann').record(untyped({ error: 'no', outputTokens: 7, [name]: value }))
    assert.equal(started.diagnostics.length - told, value === null ? 0 : 1, `${name} ${typeof value}`)
  }
  await started.client.flush()
  for (const outcome of requests(plane)) {
    assert.partialDeepStrictEqual(outcome, { error: 'no', outputTokens: 7, unit: 'ann', arm: 'canary' })
    const { id, feature, version, rolloutId, stage, observedAt, captured, unit, arm, error, outputTokens, ...more } =
      outcome
    assert.deepEqual([id.length, captured, more], [36, 1, {}])
  }
  assert.equal(requests(plane).length, all.length)
})

test('a field that cannot be read costs itself alone, and a wide input is one', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane)
  const fails = {
    get: () => {
      throw new Error('no such field')
    },
    enumerable: true,
  }
  const route = started.client.route('mail', 'ann')
  const ids = Array.from({ length: 200_000 }, () => 1)
  route.record(untyped(Object.defineProperty({ costUsd: 0.5, input: { ids } }, 'output', fails)))
  route.record(untyped(Object.defineProperty({}, 'error', fails)))
  route.feedback(untyped(Object.defineProperty({ thumb: 'up' }, 'comment', fails)))
  await started.client.flush()
  const [feedback, request] = plane.batches.flat()
  const { input, ...rest } = request as RequestOutcome
  assert.equal((input?.ids as number[] | undefined)?.length, ids.length)
  assert.partialDeepStrictEqual(rest, { costUsd: 0.5, error: 'Symbol(unreadable)' })
  assert.partialDeepStrictEqual(feedback, { kind: 'feedback', score: 1 })
})

test('what one request does to its prompt reaches no other', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const { prompt } = started.client.route('mail', 'ann')
  assert.throws(() => prompt?.messages.push({ role: 'user', content: 'of ann' }), TypeError)
  assert.throws(() => Object.assign(prompt?.messages[0] ?? {}, { content: 'of ann' }), TypeError)
  assert.throws(() => Object.assign(prompt?.parameters ?? {}, { temperature: 1 }), TypeError)
})

test('a name that cannot be made costs no request', async () => {
  const plane = fakePlane(snapshot(1))
  const names = [
    () => {
      throw new Error('no names left')
    },
    () => 7n,
  ]
  for (const newId of names) {
    await using started = await startClient(plane, { newId: untyped(newId) })
    assert.equal(await started.client.route('mail', 'ann').run(() => 'Hi'), 'Hi')
    await started.client.flush()
  }
  assert.deepEqual(
    requests(plane).map(({ id }) => id.length),
    [36, 36],
  )
})

test('texts are cut and cleaned, and an error of any form is one', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane)
  const record = (said: unknown) => started.client.route('mail', 'ann').record(untyped(said))
  record({ servedModel: 'm'.repeat(300), error: `e\0\ud800${'x'.repeat(10_000)}`, output: 'a\0b' })
  record({ error: new RangeError('quota'), input: { text: 'a\0b\udc00 \\u0000', list: ['\0'] } })
  record(new TypeError('alone'))
  record({ error: { code: 5 } })
  record({ error: false, costUsd: 1 })
  await started.client.flush()
  const [cut, ranged, alone, object, none] = requests(plane)
  assert.deepEqual([cut?.servedModel?.length, cut?.error?.length, cut?.output], [200, 4000, 'a\ufffdb'])
  assert.match(cut?.error ?? '', /^e\ufffd\ufffdx/)
  assert.equal(ranged?.error, 'RangeError: quota')
  assert.deepEqual(ranged?.input, { text: 'a\ufffdb\ufffd \\u0000', list: ['\ufffd'] })
  assert.deepEqual([alone?.error, object?.error, none?.error], ['TypeError: alone', '[object Object]', undefined])
})

test('what says nothing of a request records none', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  for (const said of [undefined, null, 'text', 7, [], [1], new Date(), Promise.resolve({}), () => 1, { typo: 1 }])
    started.client.route('mail', 'ann').record(untyped(said))
  started.client.route('mail', 'bob').record({})
  await started.client.flush()
  assert.deepEqual(
    requests(plane).map(({ unit }) => unit),
    ['bob'],
  )
})

test('a description that throws or answers later costs what it would have said; so does a run of no function', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const route = () => started.client.route('mail', 'ann')
  const fails = () => {
    throw new Error('no such field')
  }
  assert.equal(await route().run(() => 'Hi', fails), 'Hi')
  assert.equal(
    await route().run(
      () => 'Hi',
      untyped(async () => fails()),
    ),
    'Hi',
  )
  assert.equal(await route().run(untyped(Promise.resolve('early'))), 'early')
  // biome-ignore lint/suspicious/noThenProperty: work may return any thenable
  const thenable = { then: (resolve: (value: string) => void) => resolve('then') }
  assert.equal(await route().run(() => untyped(thenable)), 'then')
  const stream = new ReadableStream()
  assert.equal(await route().run(() => stream), stream)
  await started.client.flush()
  assert.deepEqual(
    requests(plane).map(({ latencyMs }) => latencyMs),
    [0, 0, 0, undefined],
  )
  const codes = started.diagnostics.filter(({ level }) => level === 'warn').map(({ code }) => code)
  assert.deepEqual(codes, ['invalid-field', 'invalid-field', 'invalid-work', 'stream'])
})

test('a name that every object has is no feature, no version and no variable', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { fallbacks: { mail: version('a') } })
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(started.client.route(name, 'ann').version, null)
    assert.equal(started.client.feature(name), undefined)
    assert.equal(render(`{{${name}}}`, {}, { strict: false }), `{{${name}}}`)
  }
  for (const name of [undefined, null, 7, Symbol('mail'), {}, Object.create(null)])
    assert.equal(started.client.route(untyped(name), 'ann').version, null)
  assert.equal(render('{{a}} {{b}}', { a: 12n, b: () => 1 }, { strict: false }), '12 {{b}}')
})

test('an option that is no good is named, with what it should be', () => {
  const faults: [object, RegExp][] = [
    [{ url: undefined }, /url must be an address such as http:\/\/127.0.0.1:4050, not null/],
    [{ url: 'localhost:4050' }, /url must be an address/],
    [{ url: 'http://user:secret@plane' }, /url must be an address .*not string$/],
    [{ token: 7 }, /token must be a string, not number/],
    [{ token: 'a\nb' }, /token must be one line/],
    [{ maxStaleMs: Number.NaN }, /maxStaleMs must be a number from 1 to 2147483647/],
    [{ pollMs: 0 }, /pollMs must be/],
    [{ flushMs: '1000' }, /flushMs must be a number from 0/],
    [{ onDiagnostic: true }, /onDiagnostic must be a function/],
    [{ fallbacks: { mail: { id: 'x' } } }, /fallbacks.mail must be a prompt version/],
    [{ fallbacks: null }, /fallbacks must be/],
  ]
  for (const [option, message] of faults)
    assert.throws(() => new SluiceClient({ url: 'http://plane.test', ...option } as SluiceClientOptions), message)
  assert.throws(() => new SluiceClient(untyped(undefined)), /url must be/)
})

test('the first warning of each code is printed where nobody listens', async (context) => {
  const printed: string[] = []
  context.mock.method(console, 'warn', (text: string) => printed.push(text))
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { onDiagnostic: undefined } as never)
  for (const name of ['one\x1b[31m\n', 'two']) started.client.route(name, 'ann')
  started.client.route('mail', untyped({}))
  const rejected = [{ index: 0, code: 'feature-not-allowed', message: 'the token is not for the feature mail' }]
  const dropped = [{ index: 0, field: 'costUsd', code: 'left-out', message: '/costUsd is too large' }]
  plane.interfere((path) =>
    path === '/v1/outcomes' ? Response.json({ accepted: 0, duplicates: 0, rejected, dropped }) : undefined,
  )
  started.client.route('mail', 'ann').record({})
  await started.client.flush()
  assert.ok(printed.every((text) => !/\p{Cc}/u.test(text)))
  const codes = printed.map((text) => /^sluice: ([\w-]+): /.exec(text)?.[1])
  assert.deepEqual(codes, ['unknown-feature', 'invalid-unit', 'outcomes-rejected', 'invalid-field'])
})
