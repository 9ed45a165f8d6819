import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFaultRegister } from '../../../src/control/loops/loop-faults.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { manualClock } from '../../support/manual-clock.ts'

test('what fails for one feature is named, waits longer each time, holds up no other and recovers by itself', async () => {
  const clock = manualClock()
  const waits: number[] = []
  const recovered: (string | null)[] = []
  const register = createFaultRegister({
    clock,
    onError: (_fault, _error, waitMs) => waits.push(waitMs),
    onRecovered: ({ feature }) => recovered.push(feature),
  })
  const faults = register.of('controller')
  let broken = true
  let tries = 0
  const odd = async () => {
    tries += 1
    if (broken) throw new StoreError('damaged', 'with the text of a user')
    return 'done'
  }
  const since = clock.now()
  for (let round = 0; round < 12; round += 1) {
    assert.equal(await faults.attempt('toString', odd), undefined)
    assert.equal(await faults.attempt('constructor', async () => 'done'), 'done')
    assert.equal(await faults.attempt('toString', odd), undefined)
    clock.advance(waits.at(-1) ?? 0)
  }
  assert.equal(tries, 12)
  assert.deepEqual(waits.slice(0, 8), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  const fault = { loop: 'controller', feature: 'toString', code: 'damaged', since, failures: 12 }
  assert.deepEqual(register.current(), [fault])
  broken = false
  assert.equal(await faults.attempt('toString', odd), 'done')
  assert.deepEqual([register.current(), recovered], [[], ['toString']])
})

test('a store that cannot be reached is a fault of the whole loop', async () => {
  const register = createFaultRegister({ clock: manualClock(), onError: () => {} })
  const faults = register.of('controller')
  const lost = async () => {
    throw new StoreError('unreachable', 'gone')
  }
  await assert.rejects(faults.attempt('mail', lost), /gone/)
  assert.deepEqual(register.current(), [])
  faults.onError(new StoreError('unreachable', 'gone'), 100)
  assert.partialDeepStrictEqual(register.current(), [{ feature: null, code: 'unreachable' }])
  faults.onRecovered()
  assert.deepEqual(register.current(), [])
})

test('a feature that a loop works for no more has no fault of it, and a loop that follows only those of its own', async () => {
  const recovered: unknown[] = []
  const register = createFaultRegister({
    clock: manualClock(),
    onError: () => {},
    onRecovered: (fault) => recovered.push(fault),
  })
  const [faults, others] = [register.of('controller'), register.of('drift watch')]
  const fails = async () => {
    throw new TypeError('odd')
  }
  const failAll = async () => {
    for (const feature of ['mail', 'title']) await faults.attempt(feature, fails)
    faults.note('chat', new TypeError('refused'), 0)
    faults.note(null, new TypeError('all of it'), 0)
    faults.onError(new StoreError('unreachable', 'gone'), 100)
  }
  await others.attempt('mail', fails)
  await failAll()
  assert.deepEqual(faults.failing(), ['mail', 'title', 'chat'])
  faults.keepOnly(['title'])
  const known = () => register.current().map(({ loop, feature, code }) => `${loop} ${feature} ${code}`)
  assert.deepEqual(known(), [
    'drift watch mail TypeError',
    'controller title TypeError',
    'controller null TypeError',
    'controller null unreachable',
  ])
  assert.deepEqual(faults.failing(), ['title'])
  await failAll()
  faults.onFollowing()
  assert.deepEqual(known(), ['drift watch mail TypeError', 'controller null unreachable'])
  assert.deepEqual(recovered, [], 'nothing works again by that')
})
