import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { parseJsonPiece } from '../../core/suite/json/json-source.ts'
import { nearestData } from '../../core/suite/values/written.ts'
import { parseYaml } from '../../core/suite/yaml/yaml.ts'
import { jsonIn } from '../../json.ts'

export type Data = Record<string, unknown>

/** The data of a YAML or JSON text. @throws InvalidFilesError with the place of what is wrong */
export function parseData(text: string, file: string): unknown {
  const { source, diagnostics } = file.endsWith('.json')
    ? parseJsonPiece({ text, line: 1 }, file)
    : parseYaml(text, file)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (source === undefined || errors.length > 0) throw new InvalidFilesError(errors)
  return nearestData(source.value)
}

/** The data of JSON Lines. @throws InvalidFilesError */
export function parseLines(text: string, file: string): unknown[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const { source, diagnostics } = parseJsonPiece({ text: line, line: index + 1 }, file)
    if (source === undefined || diagnostics.length > 0) throw new InvalidFilesError(diagnostics)
    return [nearestData(source.value)]
  })
}

/** Reads those of these cells of a CSV file that hold lists and maps as JSON. */
export function withJsonCells(row: Data, names: readonly string[]): Data {
  const cells = names.flatMap((name) => {
    const cell = row[name]
    const value = typeof cell === 'string' && /^\s*[[{]/.test(cell) ? jsonIn(cell) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return cells.length === 0 ? row : { ...row, ...Object.fromEntries(cells) }
}

/** A value as a list: of itself where it is none, empty where there is nothing. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
