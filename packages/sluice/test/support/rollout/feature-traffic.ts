import type { TestPlane } from '../control-plane/control-plane.ts'
import { request } from '../controller/stage.ts'

const hourMs = 3_600_000

/** A feature `f` with an active version, another one, and two days of `perDay` requests of as many users. */
export async function withTraffic(plane: TestPlane, perDay: number): Promise<{ canary: string }> {
  const [active, canary] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const entries = Array.from({ length: 2 * perDay }, (_, i) =>
    request(`${i}`, {
      feature: 'f',
      unit: `user ${i % perDay}`,
      receivedAt: plane.clock.now() - 48 * hourMs + (i / perDay) * 24 * hourMs,
    }),
  )
  await plane.store.append(entries)
  return { canary }
}

/** Starts a rollout of this version of `f`. */
export const startOf = (plane: TestPlane, body: object, headers = {}) =>
  plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body, headers })
