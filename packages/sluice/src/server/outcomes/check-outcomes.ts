import type { OutcomesResponse } from '@sluice/client'
import { type Caller, maySee } from '../access/caller.ts'
import { type Fault, faultsOf } from '../http/validate.ts'
import { type ReceivedOutcome, readOutcome } from '../wire/outcome.ts'
import type { KnownRollouts } from './known-rollouts.ts'
import { type FieldNote, mendOutcome } from './mend-outcome.ts'
import type { NamedRates } from './named-rates.ts'

type Rejected = OutcomesResponse['rejected'][number]
type Dropped = NonNullable<OutcomesResponse['dropped']>[number]

export interface CheckedOutcomes {
  good: ReceivedOutcome[]
  rejected: Rejected[]
  dropped: Dropped[]
}

export interface OutcomeDoor {
  caller: Pick<Caller, 'features'>
  rates: Pick<NamedRates, 'has'>
  rollouts: KnownRollouts
  /** ms since the epoch. */
  now: number
}

/**
 * The good ones of a batch, and what is wrong with each of the others. An optional field that is no good is left out of its
 * outcome, which is kept: what it says beside that is as true as before.
 */
export function checkOutcomes(values: readonly unknown[], door: OutcomeDoor): CheckedOutcomes {
  const checked: CheckedOutcomes = { good: [], rejected: [], dropped: [] }
  for (const [index, value] of values.entries()) {
    const found = checkOutcome(value, door)
    if ('fault' in found) checked.rejected.push({ index, ...found.fault })
    else {
      checked.good.push(found.outcome)
      for (const note of found.dropped) checked.dropped.push({ index, ...note })
    }
  }
  return checked
}

type Found = { outcome: ReceivedOutcome; dropped: Omit<Dropped, 'index'>[] } | { fault: Omit<Rejected, 'index'> }

function checkOutcome(value: unknown, door: OutcomeDoor): Found {
  const { caller, rates, rollouts } = door
  const result = readOutcome(value)
  if (!result.success) return mendedOutcome(value, faultsOf(result.error.issues, value), door)
  const outcome = result.data
  if (!maySee(caller, outcome.feature)) {
    const message = `the token is not for the feature ${outcome.feature}`
    return { fault: { code: 'feature-not-allowed', message } }
  }
  const { feature, rolloutId } = outcome
  const rollout = rolloutId === undefined ? undefined : rollouts.get(rolloutId)
  // Nobody speaks about the rollouts of a feature but its own applications.
  if (rollout && rollout.feature !== feature)
    return {
      fault: { code: 'other-feature', message: `/rolloutId ${rolloutId} is no rollout of the feature ${feature}` },
    }
  if (outcome.kind === 'feedback' || outcome.captured === undefined) return { outcome, dropped: [] }
  if (rates.has(outcome.feature, outcome.captured)) return { outcome, dropped: [] }
  const { captured, ...rest } = outcome
  const message = `no snapshot of ${outcome.feature} named the share ${captured}: it is not judged`
  return { outcome: rest, dropped: [{ field: 'captured', code: 'unknown-share', message }] }
}

function mendedOutcome(value: unknown, faults: readonly Fault[], door: OutcomeDoor): Found {
  const fields = faults.map(({ path }) => path.split('/')[1] ?? '')
  const found = mendOutcome(value, fields, new Date(door.now).toISOString())
  const mended = found && readOutcome(found.mended)
  const essential = found ? faults[0] : faults.find((_, at) => !mendOutcome(value, [fields[at] ?? ''], ''))
  if (!mended?.success) {
    const message = `${essential?.path || 'the outcome'} ${essential?.message}`
    return { fault: { code: 'invalid-outcome', message } }
  }
  const checked = checkOutcome(found?.mended, door)
  if ('fault' in checked) return checked
  const notes = (found?.notes ?? []).map(({ field, code }) => ({ field, code, message: noteOn(field, code, faults) }))
  return { outcome: checked.outcome, dropped: [...notes, ...checked.dropped] }
}

const done: Record<FieldNote['code'], string> = {
  'left-out': 'the outcome is kept without it',
  cut: 'it was cut',
  replaced: 'something else stands in its place',
}

function noteOn(field: string, code: FieldNote['code'], faults: readonly Fault[]): string {
  const fault = faults.find(({ path }) => path.split('/')[1] === field)
  return `/${field} ${fault?.message}: ${done[code]}`
}
