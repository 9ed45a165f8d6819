import type { StageProgress } from '../../../src/control/rollout/assessment/assess.ts'
import type { FeedbackEntry, LogEntry, RequestEntry, ScoreEntry } from '../../../src/records/outcome.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import {
  defaultRolloutSettings,
  type RolloutSettings,
  rolloutSettingsSchema,
} from '../../../src/records/rollout/rollout-settings.ts'

/** A rollout that has just started at time 0, in its first stage. */
export function rolloutOf(settings: RolloutSettings = defaultRolloutSettings): Rollout {
  return {
    id: 'r1',
    feature: 'email-summary',
    incumbent: 'aaaaaaaaaaaa',
    canary: 'bbbbbbbbbbbb',
    algorithm: 'murmur3-x86-32/ppm',
    salt: 'salt',
    settings,
    stage: 0,
    enteredAt: [0],
    pausedMs: 0,
    pausedAt: null,
    status: 'running',
    hold: null,
    startedAt: 0,
    startedBy: 'test',
    override: null,
    endedAt: null,
    ending: null,
  }
}

/** A rollout with one stage of 10 % in which failures alone decide. */
export const failuresRollout: Rollout = rolloutOf(
  rolloutSettingsSchema.parse({
    stages: [{ percent: 10, soak: '1h' }],
    signals: { score: 0, errors: 0.6, slow: 0, safety: 0.4 },
    flagMargin: 0.03,
  }),
)

/** A course in which the whole of the present stage was watched, by `now`. */
export function watched({ stage, enteredAt, pausedMs }: Rollout, now: number): StageProgress {
  return {
    soak: { stage, soakedMs: now - (enteredAt.at(-1) ?? now) - pausedMs, counting: true, heardAt: now },
    heldSince: null,
  }
}

interface PlaceEvidence {
  user: { id: string; position: number }
  canary: boolean
  stage: number
  at: number
}

type Content =
  | ({ kind: 'request' } & Partial<RequestEntry>)
  | ({ kind: 'score'; score: number } & Partial<ScoreEntry>)
  | ({ kind: 'feedback'; score: number } & Partial<FeedbackEntry>)

/** An entry of the log of `rolloutOf`, with seq 0. */
export function entryOf({ user, canary, stage, at }: PlaceEvidence, content: Content): LogEntry {
  const common = {
    seq: 0,
    id: '',
    feature: 'email-summary',
    version: canary ? 'bbbbbbbbbbbb' : 'aaaaaaaaaaaa',
    rolloutId: 'r1',
    arm: canary ? 'canary' : 'incumbent',
    stage,
    unit: user.id,
    position: user.position,
    observedAt: at,
    receivedAt: at,
  } as const
  switch (content.kind) {
    case 'request':
      return { ...common, ...request, ...content }
    case 'score':
      return { ...common, of: '', judgeId: 'judge-1', sampled: 1, sampledOther: 1, judgeUsd: null, ...content }
    case 'feedback':
      return { ...common, of: '', comment: null, ...content }
  }
}

const request = {
  latencyMs: null,
  costUsd: null,
  inputTokens: null,
  outputTokens: null,
  error: null,
  refusal: false,
  invalid: false,
  outputChars: null,
  servedModel: null,
  fingerprint: null,
}
