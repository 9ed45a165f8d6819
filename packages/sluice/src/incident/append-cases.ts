import { SluiceError } from '../errors.ts'
import { suiteKind } from '../suite/suite-paths.ts'
import { appendToYaml } from './append-to-yaml.ts'
import { lineEnding } from './line-ending.ts'
import type { NewCase } from './propose-case.ts'

/**
 * The text of a suite with cases added at its end. Nothing of what is there changes by a byte: comments, order, quoting,
 * line endings; the last line is ended if it was.
 * @throws SluiceError `invalid-input` where that is impossible.
 */
export function appendCases(text: string, cases: readonly NewCase[], file: string): string {
  if (cases.length === 0) return text
  const kind = suiteKind(file)
  if (kind === 'csv') {
    throw new SluiceError(
      'invalid-input',
      `${file}: cases are added to YAML and JSON suites only; move the suite to one`,
    )
  }
  return kind === 'jsonLines' ? appendLines(text, cases) : appendToYaml(text, cases, file)
}

function appendLines(text: string, cases: readonly NewCase[]): string {
  const newline = lineEnding(text)
  const lines = cases.map((one) => JSON.stringify(one)).join(newline)
  const ended = text === '' || text.endsWith('\n')
  return ended ? `${text}${lines}${newline}` : `${text}${newline}${lines}`
}
