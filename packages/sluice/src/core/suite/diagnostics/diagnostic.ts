import { z } from 'zod'
import { SluiceError } from '../../../errors.ts'

export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  /** The file as the user would write it: relative to the project where possible. */
  file: z.string(),
  /** 1-based. */
  line: z.int().min(1),
  /** 1-based. */
  column: z.int().min(1),
  /** Dotted, e.g. `rubric.0.weight`; empty for the file as a whole. */
  path: z.string(),
  message: z.string(),
})

/** One fault of a file, at the place where it can be mended. */
export type Diagnostic = z.infer<typeof diagnosticSchema>

/** `file:line:column: path: message`, the form that editors and CI annotate. */
export function formatDiagnostic({ file, line, column, path, message }: Diagnostic): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`
}

/** Thrown when files are invalid; carries every fault found, in the order of file and line. */
export class InvalidFilesError extends SluiceError {
  override readonly name = 'InvalidFilesError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super('invalid-input', diagnostics.map(formatDiagnostic).join('\n'), options)
    this.diagnostics = diagnostics
  }
}

/** The faults in the order of file, line and column, each once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic]))
  return [...unique.values()].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  )
}
