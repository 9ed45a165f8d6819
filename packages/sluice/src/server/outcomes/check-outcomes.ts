import type { OutcomesResponse } from '@sluice/client'
import { type Caller, maySee } from '../access/caller.ts'
import { faultsOf } from '../http/validate.ts'
import { outcomeSchema, type ReceivedOutcome } from '../wire/outcome.ts'

type Rejected = OutcomesResponse['rejected'][number]

/** The good ones of a batch, and what is wrong with each of the others. */
export function checkOutcomes(
  values: readonly unknown[],
  caller: Pick<Caller, 'features'>,
): { good: ReceivedOutcome[]; rejected: Rejected[] } {
  const good: ReceivedOutcome[] = []
  const rejected: Rejected[] = []
  for (const [index, value] of values.entries()) {
    const result = outcomeSchema.safeParse(value)
    if (!result.success) {
      const [fault] = faultsOf(result.error.issues, value)
      const message = `${fault?.path || 'the outcome'} ${fault?.message}`
      rejected.push({ index, code: 'invalid-outcome', message })
    } else if (!maySee(caller, result.data.feature)) {
      const message = `the token is not for the feature ${result.data.feature}`
      rejected.push({ index, code: 'feature-not-allowed', message })
    } else good.push(result.data)
  }
  return { good, rejected }
}
