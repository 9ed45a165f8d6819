import type { Assessment } from '../../rollout/assessment.ts'
import type { Store } from '../../store/store.ts'
import { type Caller, hasScope } from '../access/caller.ts'

/** An assessment in which those tokens have names that the caller may see: operators need to know whose word it is. */
export async function withTokenNames(
  assessment: Assessment | null,
  caller: Caller,
  store: Pick<Store, 'tokens'>,
): Promise<Assessment | null> {
  if (!assessment?.tokens?.length || !hasScope(caller, ['operator'])) return assessment
  const names = new Map((await store.tokens()).map(({ id, name }) => [id, name]))
  return {
    ...assessment,
    tokens: assessment.tokens.map((one) => {
      const name = one.tokenId === null ? undefined : names.get(one.tokenId)
      return name === undefined ? one : { ...one, name }
    }),
  }
}
