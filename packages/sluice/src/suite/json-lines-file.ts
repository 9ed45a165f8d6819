import type { z } from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { parseJsonLine, readLines } from './jsonl.ts'
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
export async function* readRows<S extends z.ZodType>(
  schema: S,
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Row<z.output<S>>[]> {
  for await (const lines of readLines(chunks, file)) {
    yield lines.map((textLine) => {
      const { source, diagnostics } = parseJsonLine(textLine, file)
      if (source === undefined) return { line: textLine.line, diagnostics }
      return { line: textLine.line, source, ...validate(schema, source) }
    })
  }
}
