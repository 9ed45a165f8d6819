import { setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../../../src/control/store/store.ts'
import { type TestPlane, testPlane } from './control-plane.ts'

/** Reports what the token is to see as applied. */
export async function acknowledge(plane: TestPlane, instance: string, more: object = {}, as = 'client') {
  const { epoch, revision, hash } = (await plane.ask('GET /v1/snapshot', { as })).body
  return plane.ask('POST /v1/acks', { as, body: { instance, epoch, revision, hash, ...more } })
}

/** A control plane with an active version of `f`, and a `next` one that is published. */
export async function launched(options: { store?: Store } = {}): Promise<TestPlane & { next: string }> {
  const plane = await testPlane(options)
  const version = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version, reason: 'launch' } })
  return { ...plane, next: await plane.publish('f', 'b') }
}

/** Lets the clock go on until the answer is there. */
export async function settled<T>(plane: TestPlane, answer: Promise<T>): Promise<T> {
  let done = false
  const noted = answer.finally(() => {
    done = true
  })
  for (let rounds = 0; !done && rounds < 5000; rounds += 1) {
    await turn()
    plane.clock.advance(5)
  }
  return noted
}
