import type { z } from 'zod'
import { type Diagnostic, InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { createFaultLog } from '../../core/suite/diagnostics/fault-log.ts'
import { validate } from '../../core/suite/diagnostics/validate.ts'
import { readJsonLines } from '../../core/suite/json/json-lines.ts'
import { parseJsonPiece, type TextPiece } from '../../core/suite/json/json-source.ts'
import { isMissingFile, type ProjectFiles, streamFile } from '../../core/suite/project-files.ts'
import { unreadable } from '../../core/suite/yaml/load-yaml.ts'

/** A valid line, and where it stands. */
export interface LabelLine<T> {
  data: T
  /** A warning at a key of the line. */
  warning(key: string, message: string): Diagnostic
}

/** What git writes around the two sides of a conflict. */
const conflictMarker = /^(<{7}|\|{7}|={7}|>{7})( |\r?$)/

/**
 * The valid lines of a file of labels, in order; none where there is no such file. A damaged line is never passed over:
 * it might be the one that speaks against the judge.
 * @throws InvalidFilesError at the end of the file, with every line that is not valid; at once for a file of elsewhere,
 *   whose text a message would show, and whose changes no guard would see
 * @param torn takes a last line without an end that is not valid, as a kill in the middle of a write leaves it, in
 *   place of an error; for files whose lines can be made again
 */
export async function* labelLines<S extends z.ZodType>(
  schema: S,
  files: ProjectFiles,
  path: string,
  torn?: (warning: Diagnostic) => void,
): AsyncGenerator<LabelLine<z.output<S>>> {
  const file = files.describe(path)
  const faults = createFaultLog()
  const end: FileEnd = { isReached: false, isOpen: false }
  if (await files.leadsOut?.(path)) {
    const message = 'the link leads out of the project; put the file in its place'
    throw new InvalidFilesError([{ severity: 'error', file, line: 1, column: 1, path: '', message }])
  }
  try {
    const batches = withoutMarkers(readJsonLines(noting(streamFile(files, path), end), file), (line) =>
      faults.add(marker(file, line)),
    )
    for await (const pieces of batches) {
      for (const piece of pieces) {
        const { data, diagnostics } = plainRecord(schema, piece) ?? checkedRecord(schema, piece, file)
        // After the last line end there is one piece at most.
        if (torn && end.isReached && end.isOpen && diagnostics.length > 0) torn(tornLine(file, piece.line))
        else for (const diagnostic of diagnostics) faults.add(diagnostic)
        if (data === undefined || diagnostics.length > 0) continue
        const warning: LabelLine<unknown>['warning'] = (key, message) => {
          const place = parseJsonPiece(piece, file).source?.at([key]) ?? { line: piece.line, column: 1 }
          return { severity: 'warning', file, ...place, path: key, message }
        }
        yield { data, warning }
      }
    }
  } catch (error) {
    // A character that was cut in two is no text.
    const [fault] = error instanceof InvalidFilesError ? error.diagnostics : []
    if (torn && end.isReached && end.isOpen && fault) torn(tornLine(file, fault.line))
    else if (error instanceof InvalidFilesError) for (const diagnostic of error.diagnostics) faults.add(diagnostic)
    else if (!(error instanceof Error && 'errno' in error) && !isMissingFile(error)) throw error
    else if (!isMissingFile(error)) faults.add(unreadable(file, error))
  }
  const found = faults.all()
  if (found.length > 0) throw new InvalidFilesError(found)
}

interface FileEnd {
  isReached: boolean
  /** The last byte is no line end. */
  isOpen: boolean
}

async function* noting(chunks: AsyncIterable<Uint8Array>, end: FileEnd): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (chunk.length > 0) end.isOpen = chunk.at(-1) !== 0x0a
    yield chunk
  }
  end.isReached = true
}

function tornLine(file: string, line: number): Diagnostic {
  const message = 'the last line was cut off while it was written. It is left out, and the next run writes it again'
  return { severity: 'warning', file, line, column: 1, path: '', message }
}

interface CheckedRecord<T> {
  data?: T
  diagnostics: Diagnostic[]
}

/**
 * A line as `JSON.stringify` writes it, without a fault; undefined for any other line. Nearly all lines are such, and
 * they need no search for keys that are there twice, nor for places of faults: 100,000 take a second instead of six.
 */
function plainRecord<S extends z.ZodType>(schema: S, { text }: TextPiece): CheckedRecord<z.output<S>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (text.includes('\\ud') || JSON.stringify(value) !== text) return undefined
    const { data, success } = schema.safeParse(value)
    return success ? { data, diagnostics: [] } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

function checkedRecord<S extends z.ZodType>(schema: S, piece: TextPiece, file: string): CheckedRecord<z.output<S>> {
  const { source, diagnostics } = parseJsonPiece(piece, file)
  if (source === undefined) return { diagnostics }
  const checked = validate(schema, source)
  return { ...checked, diagnostics: [...diagnostics, ...checked.diagnostics] }
}

async function* withoutMarkers(
  batches: AsyncIterable<TextPiece[]>,
  found: (line: number) => void,
): AsyncGenerator<TextPiece[]> {
  for await (const pieces of batches) {
    for (const { text, line } of pieces) if (conflictMarker.test(text)) found(line)
    yield pieces.filter(({ text }) => !conflictMarker.test(text))
  }
}

function marker(file: string, line: number): Diagnostic {
  const message =
    'a conflict marker of git. Delete the lines with markers and keep all other lines: labels of two people stand side by side. ' +
    'For the next time add "labels/*.jsonl merge=union" to .gitattributes'
  return { severity: 'error', file, line, column: 1, path: '', message }
}
