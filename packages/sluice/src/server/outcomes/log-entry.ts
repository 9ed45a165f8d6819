import { position } from '@sluice/client'
import type { LogDraft } from '../../store/outcome-log.ts'
import type { ReceivedOutcome } from '../wire/outcome.ts'

/** What turns a report into an entry of the log. */
export interface LogContext {
  /** What a unit is logged as. */
  hashUnit(unit: string): string
  /** ms since the epoch. */
  receivedAt: number
  /** Of the token that reports. */
  tokenId: string | null
  /** Undefined for a rollout that is not known any more. */
  saltOf(rolloutId: string): string | undefined
  /** Whether a request is known by this id, in the rollout that the feedback names. */
  isRequest(of: string, rolloutId: string | undefined): boolean
}

/** A report as it is logged: the unit as a keyed hash, and where it stands in its rollout. */
export function logEntry(outcome: ReceivedOutcome, context: LogContext): LogDraft {
  const { hashUnit, receivedAt, tokenId, saltOf } = context
  const { id, feature, version, rolloutId, unit } = outcome
  const salt = rolloutId === undefined ? undefined : saltOf(rolloutId)
  const fields = {
    id,
    feature,
    version,
    rolloutId: rolloutId ?? null,
    arm: outcome.arm ?? null,
    stage: outcome.stage ?? null,
    unit: unit === undefined ? null : hashUnit(unit),
    position: unit === undefined || salt === undefined ? null : position(salt, unit),
    observedAt: Date.parse(outcome.observedAt),
    receivedAt,
    tokenId,
  }
  if (outcome.kind === 'feedback')
    return {
      ...{ ...fields, kind: 'feedback', of: outcome.of, score: outcome.score, comment: outcome.comment ?? null },
      ...(!context.isRequest(outcome.of, rolloutId) && { stray: true }),
    }
  return {
    ...fields,
    kind: 'request',
    latencyMs: outcome.latencyMs ?? null,
    costUsd: outcome.costUsd ?? null,
    inputTokens: outcome.inputTokens ?? null,
    outputTokens: outcome.outputTokens ?? null,
    error: outcome.error ?? null,
    refusal: outcome.refusal ?? false,
    invalid: outcome.invalid ?? false,
    outputChars: outcome.output?.length ?? null,
    servedModel: outcome.servedModel ?? null,
    fingerprint: outcome.fingerprint ?? null,
    ...(outcome.captured !== undefined && { captured: true }),
  }
}
