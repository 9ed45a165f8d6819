import assert from 'node:assert/strict'
import { test } from 'node:test'
import { position } from '@sluice/client'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import type { AcceptedOutcome } from '../../../../src/records/outcome.ts'
import { promptVersion, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'

const version = '0123456789ab'

function outcome(id: string, more: object = {}) {
  return { id, feature: 'f', version, observedAt: '2026-11-24T09:00:00.000Z', ...more }
}

test('of thousands of bad outcomes each is named with the reason, and the good ones among them are kept', async () => {
  await using plane = await testPlane()
  let accepted = 0
  let rejected = 0
  for (let batch = 0; batch < 11; batch += 1) {
    const outcomes = Array.from({ length: 1000 }, (_, index) =>
      index % 11 === 0 ? outcome(`o-${batch}-${index}`) : outcome(`o-${batch}-${index}`, { arm: 'both' }),
    )
    const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
    accepted += body.accepted
    rejected += body.rejected.length
    assert.deepEqual([body.rejected[0].index, body.rejected[0].code], [1, 'invalid-outcome'])
    assert.match(body.rejected[0].message, /^\/arm expected one of incumbent, canary/)
    assert.ok(body.rejected.every(({ index }: { index: number }) => index % 11 !== 0))
  }
  assert.deepEqual([accepted, rejected], [1001, 9999])
  assert.equal((await plane.store.readLog({ after: 0, limit: 2000 })).length, accepted)
})

test('each kind of fault has its own words', async () => {
  await using plane = await testPlane()
  const faults: [unknown, RegExp][] = [
    [null, /the outcome/],
    [7, /the outcome/],
    [outcome('a', { version: 'x' }), /^\/version must be a version id/],
    [outcome('a', { arm: 'both' }), /^\/arm expected one of incumbent, canary/],
    [outcome('a', { kind: 'feedback', score: 0.5 }), /^\/of missing/],
    [outcome('a', { kind: 'feedback', of: 'b', score: 1.5 }), /^\/score must be at most 1/],
    [outcome('a', { kind: 'other' }), /^\/kind/],
    [outcome('a', { stage: 1.5, costUsd: -1 }), /^\/stage /],
    [outcome('a', { rolloutId: 7, latencyMs: 'x' }), /^\/rolloutId /],
    [outcome('', { costUsd: null }), /^\/id /],
  ]
  const { body } = await plane.ask('POST /v1/outcomes', {
    as: 'client',
    body: { outcomes: faults.map(([bad]) => bad) },
  })
  assert.equal(body.rejected.length, faults.length)
  for (const [index, [, words]] of faults.entries()) assert.match(body.rejected[index].message, words)
})

test('an optional field that is no good is left out, named, and the outcome kept with all else', async () => {
  await using plane = await testPlane()
  const odd: [object, string, object][] = [
    [{ costUsd: null }, 'left-out', { costUsd: null }],
    [{ costUsd: -1 }, 'left-out', { costUsd: null }],
    [{ latencyMs: 1e200 }, 'left-out', { latencyMs: null }],
    [{ inputTokens: 1.5 }, 'left-out', { inputTokens: null }],
    [{ outputTokens: 2 ** 60 }, 'left-out', { outputTokens: null }],
    [{ refusal: 'yes' }, 'left-out', { refusal: false }],
    [{ input: 'text' }, 'left-out', {}],
    [{ unit: { name: 'ann' } }, 'left-out', { unit: null }],
    [{ unit: 42 }, 'replaced', {}],
    [{ arm: null }, 'left-out', { arm: null }],
    [{ error: null }, 'left-out', { error: null }],
    [{ error: { message: 'boom' } }, 'replaced', { error: '_OTHER' }],
    [{ error: 'e'.repeat(10_000) }, 'cut', { error: '_OTHER' }],
    [{ servedModel: 'm'.repeat(300) }, 'cut', { servedModel: 'm'.repeat(200) }],
    [{ observedAt: '0001-01-01T00:00:00Z' }, 'replaced', { observedAt: plane.clock.now() }],
    [{ captured: 5e-324 }, 'unknown-share', {}],
    [{ captured: 0 }, 'left-out', {}],
  ]
  const outcomes = odd.map(([more], index) => outcome(`${index}`, { refusal: true, outputTokens: 7, ...more }))
  const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.deepEqual([body.accepted, body.rejected], [odd.length, []])
  for (const [index, [more, code, kept]] of odd.entries()) {
    const [field = ''] = Object.keys(more)
    assert.partialDeepStrictEqual(body.dropped[index], { index, field, code })
    const expected = { refusal: true, outputTokens: 7, ...kept }
    assert.partialDeepStrictEqual(
      await plane.store.entry({ feature: 'f', id: `${index}` }),
      expected,
      JSON.stringify(more),
    )
    const entry = await plane.store.entry({ feature: 'f', id: `${index}` })
    assert.ok(entry?.kind === 'request' && entry.captured === undefined)
  }
  assert.equal(body.dropped.length, odd.length)
})

test('a text that no database takes is cleaned, and its id still counts once', async () => {
  await using plane = await testPlane()
  const outcomes = [
    outcome('a\0b', { servedModel: 'bad \0 byte', unit: 'ann\0' }),
    outcome('c', { servedModel: '\ud800' }),
    outcome('d', { kind: 'feedback', of: 'a\0b', score: 1, comment: 'x\udc00' }),
  ]
  const ask = () => plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.equal((await ask()).body.accepted, 3)
  assert.equal((await ask()).body.duplicates, 3)
  const [a, c, d] = await plane.store.readLog({ after: 0, limit: 3 })
  assert.partialDeepStrictEqual(a, { id: 'a\uFFFDb', servedModel: 'bad \uFFFD byte' })
  assert.partialDeepStrictEqual(c, { servedModel: '\uFFFD' })
  assert.partialDeepStrictEqual(d, { of: 'a\uFFFDb', comment: null })
})

test('a share counts that a snapshot named, also one of before the start', async () => {
  const store = memoryStore()
  const shares = async (plane: TestPlane, captured: number[]) => {
    const outcomes = captured.map((share, index) => outcome(`${index} ${Math.random()}`, { captured: share }))
    const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
    return body.dropped.map(({ index }: { index: number }) => captured[index])
  }
  const release = async (plane: TestPlane, text: string, percent: number) => {
    const content = promptVersion(text)
    const live = { store: true, judge: { percent } }
    await plane.ask('POST /v1/features/f/versions', { as: 'ci', body: { content, live } })
    const body = { version: content.id, reason: 'x', override: { reason: 'x' } }
    await plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  }
  {
    await using plane = await testPlane({ store })
    await release(plane, 'a', 25)
    await release(plane, 'b', 12.3456)
    assert.deepEqual(await shares(plane, [0.25, 0.123456, 0.2500001, 1, 1e-300]), [0.2500001, 1, 1e-300])
  }
  await using plane = await testPlane({ store })
  assert.deepEqual(await shares(plane, [0.25, 0.123456, 0.3]), [0.3])
})

test('clocks may be off by years, and times carry zones', async () => {
  await using plane = await testPlane()
  const times = ['1999-01-01T00:00:00Z', '2099-01-01T00:00:00.5+02:00']
  const outcomes = times.map((observedAt, index) => outcome(`${index}`, { observedAt }))
  assert.equal((await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })).body.accepted, 2)
  const entry = await plane.store.entry({ feature: 'f', id: '1' })
  assert.deepEqual([entry?.observedAt, entry?.receivedAt], [Date.parse(times[1]!), plane.clock.now()])
})

test('a unit is logged as a keyed hash with its place in the rollout', async () => {
  await using plane = await testPlane()
  const active = await plane.publish('f', 'a')
  const canary = await plane.publish('f', 'b')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const { body: rollout } = await plane.ask('POST /v1/features/f/rollouts', {
    as: 'operator',
    body: { version: canary },
  })
  const outcomes = [
    outcome('a', { unit: 'ann@example.com', rolloutId: rollout.id, arm: 'canary', stage: 0 }),
    outcome('b', { unit: 'ann@example.com', rolloutId: 'r-gone' }),
    outcome('c', { unit: 'bob@example.com' }),
  ]
  await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  const [a, b, c] = await plane.store.readLog({ after: 0, limit: 10 })
  assert.equal(a?.position, position(rollout.salt, 'ann@example.com'))
  assert.deepEqual([b?.position, c?.position], [null, null])
  assert.match(a?.unit ?? '', /^[0-9a-f]{16}$/)
  assert.deepEqual([a?.unit === b?.unit, a?.unit === c?.unit], [true, false])
  assert.ok(!JSON.stringify([a, b, c]).includes('example.com'))
})

test('what was accepted is handed on once it is durable; a failure of that loses nothing', async () => {
  const handed: AcceptedOutcome[] = []
  let fails = false
  await using plane = await testPlane({
    captureContents: async (accepted) => {
      handed.push(...accepted)
      if (fails) throw new Error('no judge')
    },
  })
  const send = (id: string) =>
    plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes: [outcome(id, { output: 'text' })] } })
  await send('a')
  await send('a')
  assert.deepEqual(
    handed.map(({ entry, outcome }) => [entry.id, 'output' in outcome && outcome.output]),
    [['a', 'text']],
  )
  fails = true
  assert.equal((await send('b')).body.accepted, 1)
  assert.match(plane.logged(), /no judge/)
})

test('a token for other features cannot report on this one; more than 1,000 at once are refused', async () => {
  await using plane = await testPlane()
  const as = await plane.token('a-limited-token', { features: ['g'] })
  const body = { outcomes: [outcome('a'), outcome('b', { feature: 'g' })] }
  const answer = await plane.ask('POST /v1/outcomes', { as, body })
  assert.deepEqual([answer.body.accepted, answer.body.rejected[0].code], [1, 'feature-not-allowed'])
  const many = { outcomes: Array.from({ length: 1001 }, (_, index) => outcome(`${index}`)) }
  assert.equal((await plane.ask('POST /v1/outcomes', { as: 'client', body: many })).status, 400)
})

test('all of a unit is deleted on demand', async () => {
  await using plane = await testPlane()
  const outcomes = [outcome('a', { unit: 'ann' }), outcome('b', { unit: 'bob' })]
  await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  const { status } = await plane.ask('DELETE /v1/units', { as: 'operator', body: { unit: 'ann' } })
  assert.equal(status, 200)
  assert.deepEqual(
    (await plane.store.readLog({ after: 0, limit: 10 })).map(({ id }) => id),
    ['b'],
  )
})

test('nobody reports about the rollout of another feature, nor feedback on its requests; the token of each entry is kept', async () => {
  await using plane = await testPlane()
  const active = await plane.publish('payments', 'a')
  const canary = await plane.publish('payments', 'b')
  await plane.ask('PUT /v1/features/payments/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const { body: rollout } = await plane.ask('POST /v1/features/payments/rollouts', {
    as: 'operator',
    body: { version: canary },
  })
  const own = { feature: 'payments', version: active, rolloutId: rollout.id, arm: 'incumbent', stage: 0, unit: 'ann' }
  const toy = await plane.token('token-of-the-toy', { features: ['toy'] })
  await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes: [outcome('paid', own)] } })
  const about = { ...own, feature: 'toy', version: canary, arm: 'canary', error: 'boom' }
  const outcomes = [
    outcome('lie', about),
    outcome('praise', { feature: 'toy', kind: 'feedback', of: 'paid', score: 0 }),
    outcome('in one batch', { feature: 'toy', kind: 'feedback', of: 'fresh', score: 0 }),
    outcome('fresh', { feature: 'toy' }),
  ]
  const { body } = await plane.ask('POST /v1/outcomes', { as: toy, body: { outcomes } })
  assert.deepEqual(
    body.rejected.map(({ index, code }: { index: number; code: string }) => [index, code]),
    [[0, 'other-feature']],
  )
  assert.match(body.rejected[0].message, new RegExp(`/rolloutId ${rollout.id} is not a rollout of the feature toy`))
  const ratings = ['praise', 'in one batch'].map((id) => ({ feature: 'toy', id }))
  const found = (await plane.store.entries(ratings)).map((entry) => [entry.id, 'stray' in entry && entry.stray])
  assert.deepEqual(Object.fromEntries(found), { praise: true, 'in one batch': false })
  assert.deepEqual((await plane.store.entry({ feature: 'toy', id: 'fresh' }))?.tokenId, 'id-token-of-the-toy')
})

test('feedback on a request that nobody knows is kept, and marked as no evidence', async () => {
  await using plane = await testPlane()
  const outcomes = [
    outcome('stray', { kind: 'feedback', of: 'unknown', score: 1 }),
    outcome('true', { kind: 'feedback', of: 'a', score: 1 }),
    outcome('a'),
  ]
  assert.equal((await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })).body.accepted, 3)
  const strays = (await plane.store.readLog({ after: 0, limit: 9 })).map((entry) => 'stray' in entry && entry.stray)
  assert.deepEqual(strays, [true, false, false])
})

test('what the store refuses is named by its place in the batch; the others of the batch are taken', async () => {
  await using plane = await testPlane()
  const append = plane.store.append.bind(plane.store)
  plane.store.append = (entries) =>
    append(entries.map((entry) => (entry.id === 'c' ? { ...entry, id: '\ud800' } : entry)))
  const outcomes = [outcome('a'), outcome('b', { arm: 'both' }), outcome('c'), outcome('d'), outcome('a')]
  const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.deepEqual([body.accepted, body.duplicates], [2, 1])
  assert.deepEqual(
    body.rejected.map(({ index, code }: { index: number; code: string }) => [index, code]),
    [
      [1, 'invalid-outcome'],
      [2, 'not-storable'],
    ],
  )
})

test('the log holds the type of an error and no words of it, and no comment', async () => {
  await using plane = await testPlane()
  const about = { feature: 'f', version: '0123456789ab', observedAt: '2026-11-24T09:00:00Z' }
  const errors: [string, string][] = [
    ['TimeoutError: Ann waited', 'TimeoutError'],
    ['AI_APICallError: Ann', 'AI_APICallError'],
    ['RangeError', 'RangeError'],
    ['Ann: writes', '_OTHER'],
    ['Ann writes an Error: no', '_OTHER'],
    ['', '_OTHER'],
  ]
  const outcomes = errors.map(([error], index) => ({ ...about, id: `${index}`, error }))
  const rating = { ...about, id: 'rating', kind: 'feedback', of: '0', score: 0, comment: 'Ann is not amused' }
  await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes: [...outcomes, rating] } })
  const log = await plane.store.readLog({ after: 0, limit: 99 })
  assert.deepEqual(
    log.map((entry) => entry.kind === 'request' && entry.error),
    [...errors.map(([, type]) => type), false],
  )
  assert.doesNotMatch(JSON.stringify(log), /Ann|writes|waited/)
})
