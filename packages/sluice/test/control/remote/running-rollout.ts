import type { RolloutAnswer } from '../../../src/control/remote/answers.ts'

const minute = 60_000

/** A rollout in its second stage that was assessed three minutes after it was started, at the beginning of 1970. */
export const runningRollout: RolloutAnswer = {
  id: 'r-1',
  feature: 'summary',
  incumbent: 'aa',
  canary: 'bb',
  settings: { stages: [1, 5].map((percent) => ({ ppm: percent * 10_000, soakMs: minute })) },
  stage: 1,
  enteredAt: [0, minute],
  status: 'running',
  state: 'insufficientData',
  ppm: 50_000,
  startedAt: 0,
  override: null,
  startedBy: 'ann',
  endedAt: null,
  ending: null,
  assessedAt: 3 * minute,
  assessment: { words: 'Only 7 of the 100 users that it takes.' },
}
