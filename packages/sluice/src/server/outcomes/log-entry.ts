import { position } from '@sluice/client'
import type { LogDraft } from '../../store/outcome-log.ts'
import type { ReceivedOutcome } from '../wire/outcome.ts'
import { errorType } from './error-type.ts'
import type { KnownRequests } from './known-requests.ts'
import type { KnownRollouts } from './known-rollouts.ts'
import type { Origin } from './origin.ts'

/** What turns a report into an entry of the log. */
export interface LogContext {
  /** What a unit is logged as. */
  hashUnit(unit: string): string
  /** ms since the epoch. */
  receivedAt: number
  /** Of the token that reports. */
  tokenId: string | null
  origin: Origin
  rollouts: KnownRollouts
  requests: KnownRequests
}

/** A report as it is logged: the unit as a keyed hash, and where it stands in its rollout. Texts of users and of providers are left out. */
export function logEntry(outcome: ReceivedOutcome, context: LogContext): LogDraft {
  const { hashUnit, receivedAt, tokenId, origin, rollouts, requests } = context
  const { id, feature, version, rolloutId, unit } = outcome
  const salt = rolloutId === undefined ? undefined : rollouts.get(rolloutId)?.salt
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
    ...origin,
  }
  if (outcome.kind === 'feedback') {
    const { of, score } = outcome
    const isStray = requests.rolloutOf({ feature, id: of }) !== fields.rolloutId
    return { ...fields, kind: 'feedback', of, score, comment: null, ...(isStray && { stray: true }) }
  }
  return {
    ...fields,
    kind: 'request',
    latencyMs: outcome.latencyMs ?? null,
    costUsd: outcome.costUsd ?? null,
    inputTokens: outcome.inputTokens ?? null,
    outputTokens: outcome.outputTokens ?? null,
    error: outcome.error === undefined ? null : errorType(outcome.error),
    refusal: outcome.refusal ?? false,
    invalid: outcome.invalid ?? false,
    outputChars: outcome.output?.length ?? null,
    servedModel: outcome.servedModel ?? null,
    fingerprint: outcome.fingerprint ?? null,
    ...(outcome.captured !== undefined && { captured: true }),
  }
}
