import type { z } from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { parseJsonPiece, type TextPiece } from './json-source.ts'
import { readJsonLines } from './jsonl.ts'
import type { Source } from './source.ts'
import { validate } from './validate.ts'

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
