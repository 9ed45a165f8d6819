import type { JsonPathCheck } from '../../../suite/checks/check-spec.ts'
import { CheckError } from '../check-error.ts'
import { judgeSelected } from '../json-path.ts'
import type { Measure } from '../measure.ts'
import { unreadPart } from './calls.ts'

/** Looks at what a path selects in the end state, as `jsonPath` does in the output. */
export function measureState(spec: JsonPathCheck, strict: boolean): Measure {
  return async ({ trace, case: subject }) => {
    const value = trace?.endState
    if (value === undefined) {
      throw new CheckError(
        `state: case "${subject.id}" has no end state, so nothing is known of it${unreadPart(trace)}. ` +
          'The application has to answer {"output": ..., "state": ...} with any JSON value',
      )
    }
    try {
      const { length } = JSON.stringify(value)
      return await judgeSelected(spec, { value, exact: value }, { length, subject, strict, check: refuseLostDigits })
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw new CheckError('state: the end state is nested too deeply to be looked at', { cause })
    }
  }
}

/** Two whole numbers beyond 2^53 may differ and have been read as the same. */
function refuseLostDigits(selected: unknown, path: string): void {
  if (typeof selected === 'object' && selected !== null) {
    for (const part of Object.values(selected)) refuseLostDigits(part, path)
  }
  if (typeof selected !== 'number' || !Number.isInteger(selected) || Number.isSafeInteger(selected)) return
  throw new CheckError(
    `state: ${path} holds ${selected}, a number of more digits than are kept; report such numbers as texts`,
  )
}
