import fc from 'fast-check'
import type { Attribution, ReleaseEvent } from '../../../src/control/release/release-event.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'

export const settings = rolloutSettingsSchema.parse({
  stages: [
    { percent: 1, soak: '1h' },
    { percent: 25, soak: '2h' },
    { percent: 50, soak: '4h' },
  ],
})

/** How a test writes the start of a rollout. */
export function start(canary: string, rolloutId = `to-${canary}`, supersede = false): ReleaseEvent {
  return { type: 'start', rolloutId, salt: `salt of ${rolloutId}`, canary, settings, override: null, supersede }
}

export function at(time: number, by = 'anna'): Attribution {
  return { at: time, by }
}

const reason = 'because'
const version = fc.constantFrom('a', 'b', 'c', 'd')

/** Anything that could be asked of a feature with versions a to d, most of it refused by most states. */
export const anyEvent: fc.Arbitrary<ReleaseEvent> = fc.oneof(
  { weight: 3, arbitrary: version.map((id): ReleaseEvent => ({ type: 'activate', version: id, reason })) },
  { weight: 2, arbitrary: fc.constant<ReleaseEvent>({ type: 'rollBack', reason }) },
  version.map((to): ReleaseEvent => ({ type: 'rollBack', to, reason })),
  {
    weight: 4,
    arbitrary: fc
      .tuple(version, fc.uuid(), fc.boolean())
      .map(([canary, id, supersede]) => start(canary, id, supersede)),
  },
  { weight: 3, arbitrary: fc.constant<ReleaseEvent>({ type: 'advance', reason }) },
  fc.constantFrom<ReleaseEvent>(
    { type: 'hold', why: 'insufficientData', reason },
    { type: 'hold', why: null, reason },
    { type: 'pause', reason },
    { type: 'resume', reason },
    { type: 'promote', reason },
    { type: 'abort', reason },
  ),
)
