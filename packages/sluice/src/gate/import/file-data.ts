import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { parseJsonPiece } from '../../core/suite/json/json-source.ts'
import { nearestData } from '../../core/suite/values/written.ts'
import { parseYaml } from '../../core/suite/yaml/yaml.ts'
import { SluiceError } from '../../errors.ts'

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

export function isData(value: unknown): value is Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** A value as a list: of itself where it is none, empty where there is nothing. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

export function invalid(message: string): SluiceError {
  return new SluiceError('invalid-input', message)
}
