import type { z } from 'zod'
import { decodeText } from '../decode-text.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { validate } from '../diagnostics/validate.ts'
import { parseJsonPiece, type TextPiece } from './json-source.ts'

const newline = 0x0a

/**
 * The lines of a file, in batches as they arrive; no more than one piece and one line are held.
 * @throws InvalidFilesError where the bytes are not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<TextPiece[]> {
  let rest: Uint8Array[] = []
  let line = 1
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1
    if (end === 0) {
      rest.push(chunk)
      continue
    }
    const texts = decodeText(Buffer.concat([...rest, chunk.subarray(0, end)]), file, line).split('\n')
    rest = [chunk.subarray(end)]
    // What follows the last line end belongs to the next line.
    yield numbered(texts.slice(0, -1), line)
    line += texts.length - 1
  }
  yield numbered(decodeText(Buffer.concat(rest), file, line).split('\n'), line)
}

function numbered(texts: string[], first: number): TextPiece[] {
  return texts.map((text, index) => ({ text, line: first + index }))
}

/** The lines that are not blank. */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<TextPiece[]> {
  for await (const lines of readLines(chunks, file)) yield lines.filter(({ text }) => /\S/.test(text))
}

/** One line of a file: its data unless there are errors. */
export interface Row<T> {
  line: number
  data?: T
  source?: Source
  diagnostics: Diagnostic[]
}

/**
 * The rows of a JSON Lines file, checked one by one, in batches as the file arrives.
 * @throws InvalidFilesError where the bytes are not UTF-8.
 */
export function readRows<S extends z.ZodType>(
  schema: S,
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Row<z.output<S>>[]> {
  return rowsOf(schema, readJsonLines(chunks, file), file)
}

/** Pieces of JSON text as rows. */
export async function* rowsOf<S extends z.ZodType>(
  schema: S,
  batches: AsyncIterable<TextPiece[]>,
  file: string,
): AsyncGenerator<Row<z.output<S>>[]> {
  for await (const pieces of batches) {
    yield pieces.map((piece) => {
      const { source, diagnostics } = parseJsonPiece(piece, file)
      if (source === undefined) return { line: piece.line, diagnostics }
      const checked = validate(schema, source)
      return { line: piece.line, source, ...checked, diagnostics: [...diagnostics, ...checked.diagnostics] }
    })
  }
}
