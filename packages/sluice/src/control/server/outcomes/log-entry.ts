import { createHmac, createSecretKey } from 'node:crypto'
import { type Outcome, position } from '@sluice/client'
import type { LogDraft } from '../../../records/outcome.ts'
import type { KnownRequests, KnownRollouts } from './references.ts'
import type { ReportOrigin } from './report-origin.ts'

/** What is needed, in addition to a report, to make a log entry. */
export interface LogContext {
  /** The keyed hash that is logged instead of a unit. */
  hashUnit(unit: string): string
  /** Time of arrival, in ms since the epoch. */
  receivedAt: number
  /** Id of the reporting token. */
  tokenId: string | null
  origin: ReportOrigin
  rollouts: KnownRollouts
  requests: KnownRequests
}

/**
 * The log entry of a report. It holds the unit as a keyed hash, and the unit's position in the rollout. Texts of users
 * and of providers are left out.
 */
export function logEntry(outcome: Outcome, context: LogContext): LogDraft {
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
    ...(outcome.steps !== undefined && { steps: outcome.steps }),
    ...(outcome.toolCalls !== undefined && { calls: callsIn(outcome.toolCalls) }),
    ...(outcome.captured !== undefined && { captured: true }),
  }
}

function callsIn(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** The type of an error whose text does not begin with one. */
const otherError = '_OTHER'

/**
 * The type of a reported error, e.g. `TimeoutError` of `TimeoutError: 30 s`. The rest of the text is not kept, since
 * providers may quote there what users wrote.
 */
function errorType(error: string): string {
  return /^([A-Za-z_$][\w$.]{0,99}(?:Error|Exception))(?::|$)/.exec(error)?.[1] ?? otherError
}

/**
 * The first 16 hex digits of HMAC-SHA256 with the store's secret (hex), so other stores have other hashes of a unit.
 */
export function unitHasher(secret: string): (unit: string) => string {
  const key = createSecretKey(secret, 'hex')
  return (unit) => createHmac('sha256', key).update(unit).digest('hex').slice(0, 16)
}
