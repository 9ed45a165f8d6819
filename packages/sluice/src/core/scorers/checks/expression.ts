import { errorMessage } from '../../../errors.ts'
import type { ExpressionCheck } from '../../suite/checks/check-spec.ts'
import { compileExpression } from '../../suite/values/expression.ts'
import { plainData } from '../../suite/values/written.ts'
import { CheckError } from './check-error.ts'
import { parseOutput } from './json.ts'
import { type Measure, passOrFail } from './measure.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

/**
 * The value of an expression: a condition is 1 or 0, a number from 0 to 1 the score. One that asks for `json` fails on
 * an output that is none.
 * @throws CheckError when it cannot be evaluated, e.g. since a key is not there, takes too long, or gives anything else
 */
export function measureExpression({ name, value: source }: ExpressionCheck): Measure {
  const expression = compileExpression(source)
  return ({ output, case: subject }) => {
    if (typeof expression === 'string') throw new CheckError(`check ${name}: not an expression: ${expression}`)
    const { vars, expected, id } = plainData(subject) as typeof subject
    const parsed = expression.uses.has('json') ? parseOutput(output) : undefined
    if (parsed && 'fault' in parsed) return parsed.fault
    if (expression.uses.has('expected') && expected === undefined)
      throw new CheckError(`check ${name}: case "${id}" has no expected answer, which it uses; add one`)
    const context = {
      output,
      vars,
      ...(expected === undefined ? {} : { expected }),
      ...(parsed && { json: parsed.value }),
    }
    const limitMs = timeLimitFor(output.length)
    const late = () => new CheckError(`check ${name}: took more than ${limitMs} ms; make the expression simpler`)
    return outcomeOf(
      evaluated(() => withinTime(limitMs, () => expression.evaluate(context), late), name),
      name,
    )
  }
}

function evaluated(work: () => unknown, name: string): unknown {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof CheckError) throw cause
    const [reason] = errorMessage(cause).split('\n')
    throw new CheckError(`check ${name}: cannot be evaluated: ${reason}; has(json.key) asks whether a key is there`, {
      cause,
    })
  }
}

function outcomeOf(value: unknown, name: string) {
  if (typeof value === 'boolean') return passOrFail(value, value ? 'holds' : 'does not hold')
  const score = typeof value === 'bigint' ? Number(value) : value
  if (typeof score === 'number' && score >= 0 && score <= 1) return { score, reason: `gives ${score}` }
  throw new CheckError(`check ${name}: gives ${String(value)}; a condition or a number from 0 to 1 is wanted`)
}
