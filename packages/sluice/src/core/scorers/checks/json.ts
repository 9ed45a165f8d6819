import { errorMessage } from '../../../errors.ts'
import type { JsonCheck } from '../../suite/checks/check-spec.ts'
import { parseJsonText } from '../../suite/json/json-source.ts'
import { exactData, nearestData } from '../../suite/values/written.ts'
import { CheckError } from './check-error.ts'
import { type CheckScore, type Measure, passOrFail } from './measure.ts'
import { quoted } from './quoted.ts'
import { readEvenlyWithin } from './time-limit.ts'

/**
 * What the output is as JSON, or why it is none. In `exact` a number that JavaScript cannot hold keeps its digits (see
 * `Written`); in `value` it is the nearest one.
 */
export type ParsedJson = { value: unknown; exact: unknown } | { fault: CheckScore }

/**
 * The whole output must be one JSON text; a Markdown fence around it is not JSON, since an app would fail on it too.
 */
export function parseOutput(output: string): ParsedJson {
  try {
    return readEvenlyWithin('the output as JSON', output.length, () => dataOf(output))
  } catch (error) {
    if (error instanceof CheckError) throw error
    const detail = errorMessage(error)
    return { fault: passOrFail(false, `the output is not JSON: ${explain(output.trim(), detail)}`) }
  }
}

/** @throws SyntaxError where the text is not JSON */
export function dataOf(text: string): { value: unknown; exact: unknown } {
  const exact = exactData(parseJsonText(text))
  return { value: nearestData(exact), exact }
}

function explain(output: string, detail: string): string {
  if (output === '') return 'it is empty'
  if (output.startsWith('```')) return 'it is wrapped in a Markdown code fence'
  return `${detail} (it starts with ${quoted(output, 40)})`
}

export function measureJson({ negate }: JsonCheck): Measure {
  return ({ output }) => {
    const parsed = parseOutput(output)
    return 'fault' in parsed ? passOrFail(negate, parsed.fault.reason) : passOrFail(!negate, 'the output is JSON')
  }
}
