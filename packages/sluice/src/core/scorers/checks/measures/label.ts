import type { LabelCheck } from '../../../suite/checks/check-spec.ts'
import { textOf } from '../../../suite/values/written.ts'
import { CheckError } from '../check-error.ts'
import { comparableText } from '../comparable-text.ts'
import { parseOutput } from '../json.ts'
import { selectByPath } from '../json-path.ts'
import type { Measure } from '../measure.ts'
import { quoted } from '../quoted.ts'
import { timeLimitFor } from '../time-limit.ts'
import { renderValue } from '../value-template.ts'

/** A class has a name; what is longer is a text, and no label. */
const longestLabel = 200

/**
 * Whether the output names the expected class: 1 or 0. With `labels` an answer that is none of them is an unknown
 * label; without, any answer is taken as a class, and the run says which of them no case expects.
 */
export function measureLabel({ value, caseSensitive }: LabelCheck, strict: boolean): Measure {
  const { labels } = value
  const keyOf = (label: string) => comparableText(label.trim(), caseSensitive)
  const spelt = new Map(labels?.map((label) => [keyOf(label), label]))
  const classOf = (label: string) =>
    labels ? spelt.get(keyOf(label)) : caseSensitive ? label.trim() : keyOf(label).toLowerCase()
  return async ({ output, case: subject }) => {
    const wanted = renderValue(value.expected, subject, { strict })
    const expected = classOf(wanted)
    if (expected === undefined)
      throw new CheckError(`label: ${quoted(wanted)} is expected, which is none of the labels ${labels?.join(', ')}`)
    const read = await labelIn(output, value.path)
    const known = 'fault' in read || read.label.length > longestLabel ? undefined : classOf(read.label)
    const got = known === undefined || known === '' ? null : known
    const saw = 'fault' in read ? read.fault : `the output is ${quoted(read.label)}`
    const unknown = got === null && !('fault' in read) ? ', which is no label' : ''
    return {
      score: got === expected ? 1 : 0,
      reason: `${saw}${unknown}; ${quoted(expected)} is expected`,
      measured: { kind: 'label', expected, got, ...(labels && { labels }) },
    }
  }
}

/** The label in an output, or why there is none: an answer that an application could not read is a wrong one. */
async function labelIn(output: string, path: string | undefined): Promise<{ label: string } | { fault: string }> {
  if (path === undefined) return { label: output.trim() }
  const parsed = parseOutput(output)
  if ('fault' in parsed) return { fault: parsed.fault.reason }
  const selected = await selectByPath(parsed, path, timeLimitFor(output.length))
  return selected.length === 1 ? { label: textOf(selected[0]) } : { fault: `${path} selects ${selected.length} values` }
}
