import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallQueueOptions, createCallQueue } from '../../../../src/core/providers/limits/queue.ts'
import { ProviderError, type ProviderErrorKind } from '../../../../src/core/providers/provider-error.ts'
import { fakeTime } from '../../../support/providers/fake-time.ts'
import { failureOf } from '../../../support/providers/model-call.ts'

const { signal } = new AbortController()

function queue(options: Partial<CallQueueOptions> = {}) {
  return createCallQueue({ source: 'p', concurrency: 50, retries: 4, random: () => 1, ...fakeTime(), ...options })
}

/** An attempt that fails with each kind in turn and then succeeds. */
function failing(...kinds: ProviderErrorKind[]) {
  let attempts = 0
  return Object.assign(
    async () => {
      const kind = kinds[attempts]
      attempts += 1
      if (kind) throw new ProviderError(kind, `${kind} happened`)
      return 'done'
    },
    { attempts: () => attempts },
  )
}

const times = (count: number, kind: ProviderErrorKind) => Array.from({ length: count }, () => kind)

for (const kind of ['unreachable', 'timeout'] as const) {
  test(`${kind} on every attempt, and nobody else gets through: fatal for all`, async () => {
    const only = queue()
    const error = await failureOf(only.run(signal, failing(...times(5, kind))))
    assert.deepEqual([error.kind, error.fatal], [kind, true])
    assert.match(error.message, /^provider unreachable: .* happened; 5 attempts in a row failed/)
    const next = failing()
    assert.equal(await failureOf(only.run(signal, next)), error)
    assert.equal(next.attempts(), 0)
  })

  test(`${kind} of one call is not fatal while others get through`, async () => {
    const busy = queue()
    const dead = failing(...times(5, kind))
    const call = failureOf(
      busy.run(signal, async () => {
        if (dead.attempts() === 4) await busy.run(signal, failing())
        return dead()
      }),
    )
    assert.deepEqual([(await call).kind, (await call).fatal], [kind, false])
    assert.match((await call).message, /gave up after 5 attempts/)
    assert.equal(await busy.run(signal, failing()), 'done')
  })
}

test('fewer than five failures in a row are not yet an unreachable provider', async () => {
  const once = queue({ retries: 0 })
  for (let call = 1; call <= 4; call += 1) {
    assert.equal((await failureOf(once.run(signal, failing('unreachable')))).fatal, false)
  }
  assert.equal((await failureOf(once.run(signal, failing('unreachable')))).fatal, true)
})

test('Retry-After holds back every call, not only the one that was told', async () => {
  let now = 0
  const sleepers: (() => void)[] = []
  const sleep: CallQueueOptions['sleep'] = () => new Promise((resolve) => sleepers.push(resolve))
  const only = queue({ concurrency: 1, clock: () => now, sleep })
  let isTold = false
  const told = only.run(signal, async () => {
    if (isTold) return 'done'
    isTold = true
    throw new ProviderError('rate-limit', 'busy', { retryAfterMs: 9000 })
  })
  const other = failing()
  const waiting = only.run(signal, other)
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
  assert.equal(isTold, true)
  assert.equal(other.attempts(), 0)
  now = 9000
  for (const wake of sleepers) wake()
  assert.deepEqual(await Promise.all([told, waiting]), ['done', 'done'])
  assert.equal(other.attempts(), 1)
})

test('a call that has no attempt left still makes the others wait', async () => {
  const time = fakeTime()
  const once = queue({ retries: 0, ...time })
  const busy = () => Promise.reject(new ProviderError('server', 'busy', { retryAfterMs: 9000 }))
  await failureOf(once.run(signal, busy))
  await once.run(signal, failing())
  assert.equal(time.clock(), 9000)
})

test('every call that waits when the key is refused fails with it', async () => {
  const narrow = queue({ concurrency: 1 })
  const refuse = () => Promise.reject(new ProviderError('auth', 'refused', { fatal: true }))
  const waiting = failing()
  const [first, second] = await Promise.all([
    failureOf(narrow.run(signal, refuse)),
    failureOf(narrow.run(signal, waiting)),
  ])
  assert.equal(first, second)
  assert.equal(waiting.attempts(), 0)
})

test('an error that is none of the provider is passed on as it is', async () => {
  const fault = new TypeError('a bug')
  await assert.rejects(
    queue().run(signal, () => Promise.reject(fault)),
    (error) => error === fault,
  )
})

test('called off while it waits for the next attempt', async () => {
  const controller = new AbortController()
  const sleep: CallQueueOptions['sleep'] = async () => {
    controller.abort()
    throw controller.signal.reason
  }
  const error = await failureOf(queue({ sleep }).run(controller.signal, failing('server')))
  assert.equal(error.kind, 'aborted')
})

/** The waits of one call that fails so often. */
async function waitsOf(kind: ProviderErrorKind, failures: number, random = 1) {
  const waits: number[] = []
  const sleep: CallQueueOptions['sleep'] = async (ms) => void waits.push(ms)
  const patient = queue({ retries: failures, random: () => random, sleep })
  await patient.run(signal, failing(...times(failures, kind)))
  return waits
}

test('the wait doubles from 500 ms to at most 20 s', async () => {
  const waits = await waitsOf('server', 41)
  assert.deepEqual(
    [0, 1, 2, 5, 6, 40].map((retry) => waits[retry]),
    [500, 1000, 2000, 16_000, 20_000, 20_000],
  )
})

test('jitter is full: anything from nothing to the whole delay', async () => {
  const seconds = await Promise.all([0, 0.25, 0.5].map(async (random) => (await waitsOf('server', 2, random))[1]))
  assert.deepEqual(seconds, [0, 250, 500])
})

test('an unreachable provider is asked again sooner', async () => {
  assert.deepEqual(await waitsOf('unreachable', 2), [100, 200])
})
