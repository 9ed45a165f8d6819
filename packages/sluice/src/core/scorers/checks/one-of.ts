import type { CheckResult } from '../../../records/report/case-detail.ts'
import type { CheckSpec, OneOfCheck } from '../../suite/checks/check-spec.ts'
import { CheckError } from './check-error.ts'
import type { Measure, Subject } from './measure.ts'

type Run = (subject: Subject, signal: AbortSignal) => Promise<CheckResult>

interface Alternative {
  score: number
  /** The first check of it that is not wholly met. */
  failed: CheckResult | undefined
}

/**
 * Scores each alternative as a whole, like a case of its own, and takes the best: never a mixture of pieces of two.
 * @throws CheckError where one could not be evaluated and none of the others is met in full: the best is unknown then
 */
export function measureOneOf({ value }: OneOfCheck, ready: (spec: CheckSpec) => Run): Measure {
  const alternatives = value.map((specs) => specs.map(ready))
  const count = alternatives.length
  return async (subject, signal) => {
    const scored: Alternative[] = []
    const errors: CheckError[] = []
    for (const [index, checks] of alternatives.entries()) {
      try {
        const found = await scoreAlternative(checks, subject, signal)
        if (found.score === 1) return { score: 1, reason: `alternative ${index + 1} of ${count} is met` }
        scored.push(found)
      } catch (error) {
        if (!(error instanceof CheckError)) throw error
        errors.push(new CheckError(`alternative ${index + 1} of ${count}: ${error.message}`, { cause: error }))
      }
    }
    const [unknown] = errors
    if (unknown !== undefined) throw unknown
    const best = scored.reduce((one, other) => (other.score > one.score ? other : one))
    const faults = scored.map(({ failed }, index) => `alternative ${index + 1}: ${failed?.name}: ${failed?.reason}`)
    const score = best.score > 0 ? `the best is alternative ${scored.indexOf(best) + 1}; ` : ''
    return { score: best.score, reason: `none of ${count} alternatives is met; ${score}${faults.join('; ')}` }
  }
}

async function scoreAlternative(checks: readonly Run[], subject: Subject, signal: AbortSignal): Promise<Alternative> {
  const results: CheckResult[] = []
  for (const run of checks) {
    const result = await run(subject, signal)
    if (result.must && result.score < 1) return { score: 0, failed: result }
    results.push(result)
  }
  const weight = results.reduce((sum, each) => sum + each.weight, 0)
  const total = results.reduce((sum, each) => sum + each.score * each.weight, 0)
  const failed = results.find((each) => each.score < 1 && each.weight > 0)
  return { score: failed === undefined ? 1 : total / weight, failed }
}
