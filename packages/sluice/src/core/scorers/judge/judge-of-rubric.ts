import { createHash } from 'node:crypto'
import type { RubricItem } from '../../../records/rubric.ts'
import { canonicalJson } from '../../suite/values/canonical-json.ts'

/**
 * The id under which a judge's verdicts on labelled outputs are kept, 12 hex digits. It covers the judge, by its id for
 * model, parameters, instructions and form of answers, and the questions of one call, since each may colour the answers
 * to the others. Weights do not count: the judge does not see them.
 */
export function judgeOfRubric(
  judgeId: string,
  rubric: readonly Pick<RubricItem, 'id' | 'ask' | 'sees' | 'claims'>[],
): string {
  const questions = rubric.map(({ id, ask, sees, claims }) => ({
    ...{ id, ask: ask.trim() },
    ...(sees && { sees }),
    ...(claims && { claims }),
  }))
  return createHash('sha256')
    .update(canonicalJson({ judge: judgeId, questions }))
    .digest('hex')
    .slice(0, 12)
}
