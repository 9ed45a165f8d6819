import type { Data } from '../file-data.ts'
import { type FieldUse, textOfValue, textsIn } from '../rows/row-fields.ts'
import type { Scorer } from './scorers.ts'

/** The key by which a sample is found again in another log. */
export function sampleKey({ id, input, choices }: Data): string {
  return JSON.stringify([id ?? null, input ?? null, choices ?? null])
}

/** What a scorer asks for: itself, its arguments and the target. */
export function scorerKey({ name, options }: Scorer, { target }: Data): string {
  return JSON.stringify([name, options, target ?? null])
}

const inSandbox = { drop: 'there is no sandbox: the answer alone is scored' }

/** The fields of a sample. */
export const sampleFields: Record<string, FieldUse> = {
  id: 'id',
  input: 'input',
  target: 'expected',
  choices: 'variable',
  metadata: 'metadata',
  sandbox: inSandbox,
  files: inSandbox,
  setup: inSandbox,
  checkpoint: inSandbox,
}

/** A sample with its choices as lettered lines, as its solver shows them, and its targets as one text. */
export function sampleRow(row: Data): Data {
  const { choices, target } = row
  const list = Array.isArray(choices)
    ? choices.map(textOfValue)
    : typeof choices === 'string'
      ? textsIn(choices, ',')
      : []
  return {
    ...row,
    ...(list.length > 0 && {
      choices: list.map((choice, index) => `${String.fromCharCode(65 + index)}) ${choice}`).join('\n'),
    }),
    ...(Array.isArray(target) && { target: target.map(textOfValue).join('\nor: ') }),
  }
}
