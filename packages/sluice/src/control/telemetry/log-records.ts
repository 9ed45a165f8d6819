import type { FeedbackEntry, LogDraft, RequestEntry, ScoreEntry } from '../../records/outcome.ts'
import { type AttributeValue, attributesOf, type LogRecord, nanoseconds } from './otlp.ts'

type Attributes = Record<string, AttributeValue>

/**
 * A log entry as an event of OpenTelemetry's semantic conventions: a request is a `feature_flag.evaluation`, a score of
 * the judge or of a user a `gen_ai.evaluation.result`. Attributes of Sluice begin with `sluice.`. Texts of users are
 * left out.
 */
export function logRecordOf(entry: LogDraft): LogRecord {
  return {
    timeUnixNano: nanoseconds(entry.observedAt),
    observedTimeUnixNano: nanoseconds(entry.receivedAt),
    severityNumber: 9,
    severityText: 'INFO',
    eventName: entry.kind === 'request' ? 'feature_flag.evaluation' : 'gen_ai.evaluation.result',
    attributes: attributesOf({ ...armAttributes(entry), ...ownAttributes(entry) }),
  }
}

/** Attributes that identify an arm. */
export function armAttributes({ feature, version, rolloutId, arm }: LogDraft): Attributes {
  return {
    'feature_flag.key': feature,
    'feature_flag.result.variant': version,
    'feature_flag.provider.name': 'sluice',
    'sluice.rollout.id': rolloutId,
    'sluice.rollout.arm': arm,
  }
}

function ownAttributes(entry: LogDraft): Attributes {
  const { stage, unit } = entry
  const place = { 'sluice.rollout.stage': stage, 'feature_flag.context.id': unit }
  if (entry.kind === 'request') return { ...place, ...requestAttributes(entry) }
  return { ...place, ...(entry.kind === 'score' ? scoreAttributes(entry) : feedbackAttributes(entry)) }
}

function requestAttributes(entry: RequestEntry): Attributes {
  return {
    'feature_flag.result.reason': entry.arm === null ? 'static' : 'split',
    'sluice.outcome.id': entry.id,
    'sluice.request.duration': entry.latencyMs === null ? null : entry.latencyMs / 1000,
    'sluice.request.cost': entry.costUsd,
    'sluice.request.error': entry.error === null ? null : errorTypeOf(entry.error),
    'sluice.request.refusal': entry.refusal,
    'sluice.request.invalid': entry.invalid,
    'gen_ai.usage.input_tokens': entry.inputTokens,
    'gen_ai.usage.output_tokens': entry.outputTokens,
    'gen_ai.response.model': entry.servedModel,
  }
}

/** Entries of older versions have the whole error text. */
function errorTypeOf(error: string): string {
  return /^\w[\w$.]*$/.test(error) ? error : '_OTHER'
}

function scoreAttributes({ of, score, judgeId, sampled, judgeUsd }: ScoreEntry): Attributes {
  return {
    'gen_ai.evaluation.name': 'sluice.judge',
    'gen_ai.evaluation.score.value': score,
    'sluice.outcome.id': of,
    'sluice.judge.id': judgeId,
    'sluice.judge.cost': judgeUsd,
    'sluice.sampling.probability': sampled,
  }
}

function feedbackAttributes({ of, score }: FeedbackEntry): Attributes {
  return {
    'gen_ai.evaluation.name': 'sluice.feedback',
    'gen_ai.evaluation.score.value': score,
    'sluice.outcome.id': of,
  }
}
