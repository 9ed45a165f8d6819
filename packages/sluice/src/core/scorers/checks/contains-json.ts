import type { ContainsJsonCheck } from '../../suite/checks/check-spec.ts'
import { type Brackets, closingBracket } from '../../suite/json/closing-bracket.ts'
import { CheckError } from './check-error.ts'
import { dataOf } from './json.ts'
import { schemaFaults } from './json-schema.ts'
import { type Measure, passOrFail } from './measure.ts'
import { readWithin } from './time-limit.ts'

/**
 * Whether somewhere in the output, in prose or in a code fence, stands a JSON object; with a schema, an object or a
 * list that meets it. Of those inside each other the outermost is meant.
 */
export function measureContainsJson({ name, value, negate }: ContainsJsonCheck): Measure {
  const faultsOf = value === true ? undefined : schemaFaults(value, name)
  return async ({ output }) => {
    const found = readWithin('the output as text with JSON in it', output.length, () =>
      // A list such as [1] stands in any text with footnotes, so without a schema lists say nothing.
      faultsOf ? [...valuesIn(output, object), ...valuesIn(output, list)] : valuesIn(output, object, 1),
    )
    if (found.length === 0) return passOrFail(negate, `the output contains no JSON object${faultsOf ? ' or list' : ''}`)
    if (!faultsOf) return passOrFail(!negate, 'the output contains a JSON object')
    const faults = await faultsOf(found, output.length)
    if (faults === undefined) return passOrFail(!negate, 'the output contains JSON that meets the schema')
    const count = found.length === 1 ? 'the JSON in the output' : `none of ${found.length} JSON values in the output`
    return passOrFail(negate, `${count} ${found.length === 1 ? 'does not meet' : 'meets'} the schema: ${faults}`)
  }
}

interface Container extends Brackets {
  /** Where such a value may begin: most brackets in prose and code are followed by something else. */
  start: RegExp
}

const object: Container = { open: '{', close: '}', start: /\{(?=\s*["}])/g }
const list: Container = { open: '[', close: ']', start: /\[(?=\s*["{[\]\d\-tfn])/g }

/** How often, on average, a character may be looked at: with brackets that never close each is one beginning more. */
const mostScans = 20

function valuesIn(text: string, brackets: Container, most = Number.POSITIVE_INFINITY) {
  const found: ReturnType<typeof dataOf>[] = []
  let behind = 0
  let scanned = 0
  for (const { index } of text.matchAll(brackets.start)) {
    if (index < behind) continue
    const end = closingBracket(text, index, brackets)
    scanned += (end ?? text.length) - index
    if (scanned > mostScans * (text.length + 10_000))
      throw new CheckError('the output holds too many brackets that do not close to look for JSON in it')
    const data = end === undefined ? undefined : parsed(text.slice(index, end))
    if (data === undefined || end === undefined) continue
    found.push(data)
    behind = end
    if (found.length === most) break
  }
  return found
}

function parsed(text: string): ReturnType<typeof dataOf> | undefined {
  try {
    return dataOf(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
