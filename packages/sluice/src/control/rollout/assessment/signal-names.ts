import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'

/** What people call the signals. A stored one may be of a later release. */
export const signalNames: Record<string, string> = {
  score: 'the judged score',
  errors: 'the rate of errors',
  slow: 'the rate of slow requests',
  safety: 'the rate of refusals and invalid answers',
  feedback: 'what users say',
} satisfies Record<keyof RolloutSettings['signals'], string>
