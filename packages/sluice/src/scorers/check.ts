import type { CheckSpec } from '../suite/check-spec.ts'
import type { Outcome, Subject } from './measures/measure.ts'

export { CheckError } from './measures/check-error.ts'
export type { Subject } from './measures/measure.ts'

/** What a check says about one output. A `must` check has failed when its score is below 1. */
export interface CheckResult extends Outcome {
  name: string
  type: CheckSpec['type']
  weight: number
  must: boolean
}

/** A check made ready: patterns and schemas compiled, own functions found. */
export interface Check {
  spec: CheckSpec
  /** @throws CheckError when the check could not be evaluated. */
  run(subject: Subject, signal?: AbortSignal): Promise<CheckResult>
}
