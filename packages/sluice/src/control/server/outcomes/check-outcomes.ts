import type { Outcome } from '@sluice/client'
import type { z } from 'zod'
import { type DroppedField, longestTexts, outcomeSchema, type RejectedOutcome } from '../../../records/outcome.ts'
import { maySee, servedKey, type TokenReach } from '../access/caller.ts'
import { type Fault, faultsOf } from '../http/validate.ts'
import type { NamedRates } from './named-rates.ts'
import { quickCheck } from './quick-check.ts'
import type { KnownRollouts } from './references.ts'

export interface CheckedOutcomes {
  good: Outcome[]
  rejected: RejectedOutcome[]
  dropped: DroppedField[]
}

export interface OutcomeContext {
  caller: TokenReach
  rates: Pick<NamedRates, 'has'>
  rollouts: KnownRollouts
  /** The time of arrival, in ms since the epoch. */
  now: number
}

/**
 * The valid outcomes of a batch, and the fault of each other one. An invalid optional field does not reject its
 * outcome: the field is left out, cut or replaced, since the rest of the outcome is still true.
 */
export function checkOutcomes(values: readonly unknown[], context: OutcomeContext): CheckedOutcomes {
  const checked: CheckedOutcomes = { good: [], rejected: [], dropped: [] }
  for (const [index, value] of values.entries()) {
    const found = checkOutcome(value, context)
    if ('fault' in found) checked.rejected.push({ index, ...found.fault })
    else {
      checked.good.push(found.outcome)
      for (const note of found.dropped) checked.dropped.push({ index, ...note })
    }
  }
  return checked
}

const isGood = quickCheck(outcomeSchema)

/** Returns what the schema returns, but faster for most outcomes. */
export function readOutcome(value: unknown): z.ZodSafeParseResult<Outcome> {
  return isGood(value) ? { success: true, data: value as Outcome } : outcomeSchema.safeParse(value)
}

type Found = { outcome: Outcome; dropped: Omit<DroppedField, 'index'>[] } | { fault: Omit<RejectedOutcome, 'index'> }

function checkOutcome(value: unknown, context: OutcomeContext): Found {
  const { caller, rates, rollouts } = context
  const result = readOutcome(value)
  if (!result.success) return mendedOutcome(value, faultsOf(result.error.issues, value), context)
  const { feature: named } = result.data
  // Applications name the feature alone: in which environment they are is known by their token.
  const key = servedKey(caller, named)
  const outcome = key === named ? result.data : { ...result.data, feature: key }
  if (!maySee(caller, key)) {
    const message = `the token is not for the feature ${named}`
    return { fault: { code: 'feature-not-allowed', message } }
  }
  const { feature, rolloutId } = outcome
  const rollout = rolloutId === undefined ? undefined : rollouts.get(rolloutId)
  // Only applications of a feature may report about its rollouts.
  if (rollout && rollout.feature !== feature)
    return {
      fault: { code: 'other-feature', message: `/rolloutId ${rolloutId} is not a rollout of the feature ${named}` },
    }
  if (outcome.kind === 'feedback' || outcome.captured === undefined) return { outcome, dropped: [] }
  if (rates.has(outcome.feature, outcome.captured)) return { outcome, dropped: [] }
  const { captured, ...rest } = outcome
  const message = `no snapshot of ${named} named the share ${captured}: the outcome is not judged`
  return { outcome: rest, dropped: [{ field: 'captured', code: 'unknown-share', message }] }
}

function mendedOutcome(value: unknown, faults: readonly Fault[], context: OutcomeContext): Found {
  const fields = faults.map(({ path }) => path.split('/')[1] ?? '')
  const found = mendOutcome(value, fields, new Date(context.now).toISOString())
  const mended = found && readOutcome(found.mended)
  const essential = found ? faults[0] : faults.find((_, at) => !mendOutcome(value, [fields[at] ?? ''], ''))
  if (!mended?.success) {
    const message = `${essential?.path || 'the outcome'} ${essential?.message}`
    return { fault: { code: 'invalid-outcome', message } }
  }
  const checked = checkOutcome(found?.mended, context)
  if ('fault' in checked) return checked
  const notes = (found?.notes ?? []).map(({ field, code }) => ({ field, code, message: noteOn(field, code, faults) }))
  return { outcome: checked.outcome, dropped: [...notes, ...checked.dropped] }
}

const done: Record<FieldNote['code'], string> = {
  'left-out': 'the outcome is kept without it',
  cut: 'it was cut',
  replaced: 'another value replaces it',
}

function noteOn(field: string, code: FieldNote['code'], faults: readonly Fault[]): string {
  const fault = faults.find(({ path }) => path.split('/')[1] === field)
  return `${fault?.path ?? `/${field}`} ${fault?.message}: ${done[code]}`
}

/** A field of an outcome whose reported value was not valid. */
interface FieldNote {
  field: string
  /** `left-out`: the field counts as not given · `cut`: a text was too long · `replaced`: it has another value now. */
  code: 'left-out' | 'cut' | 'replaced'
}

/** Fields without which an outcome is still useful. An invalid value in any other field rejects the outcome. */
const optional = new Set([
  ...['unit', 'observedAt', 'latencyMs', 'costUsd', 'inputTokens', 'outputTokens', 'error', 'refusal', 'invalid'],
  ...['input', 'output', 'captured', 'servedModel', 'fingerprint', 'comment'],
  ...['steps', 'toolCalls', 'trajectory', 'trajectoryRef'],
])
/** Here null means "not in a rollout". Another invalid value would hide to which arm the request belongs. */
const nullable = new Set(['rolloutId', 'arm', 'stage', 'kind'])

/**
 * The outcome with these invalid fields left out, cut or replaced, and what was done with each. Undefined if one of
 * them is essential.
 * @param receivedAt ISO 8601; replaces an invalid time
 */
function mendOutcome(
  value: unknown,
  fields: readonly string[],
  receivedAt: string,
): { mended: unknown; notes: FieldNote[] } | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const entries = new Map(Object.entries(value))
  const notes: FieldNote[] = []
  for (const field of new Set(fields)) {
    const given: unknown = entries.get(field)
    if (!entries.has(field) || !(optional.has(field) || (nullable.has(field) && given === null))) return undefined
    const [code, next] = mendedField(field, given, receivedAt)
    if (next === undefined) entries.delete(field)
    else entries.set(field, next)
    notes.push({ field, code })
  }
  return { mended: Object.fromEntries(entries), notes }
}

function mendedField(field: string, given: unknown, receivedAt: string): [FieldNote['code'], unknown?] {
  if (field === 'observedAt') return ['replaced', receivedAt]
  if (field === 'unit' && Number.isFinite(given)) return ['replaced', String(given)]
  if (typeof given === 'string' && Object.hasOwn(longestTexts, field))
    return ['cut', given.slice(0, longestTexts[field as keyof typeof longestTexts])]
  // An error of the wrong type still means that the request failed. Without it the request would count as a success.
  if (field === 'error' && given !== null && given !== false)
    return ['replaced', `an error that is no text (${typeof given})`]
  return ['left-out']
}
