import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { type Report, type ReportSummary, reportSchema } from './report.ts'
import { type CasesOf, writeReport } from './write-report.ts'

/**
 * Writes a report to `file`, whose folder is made if needed. Readers see the old file or the new one, never half of it.
 * @throws SluiceError `cannot-run` where it cannot be written.
 */
export async function writeReportFile(file: string, report: ReportSummary, casesOf: CasesOf): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    await mkdir(path.dirname(file), { recursive: true })
    const sink = createWriteStream(draft)
    await writeReport(report, casesOf, sink)
    sink.end()
    await finished(sink)
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    if (!isSystemError(cause)) throw cause
    throw new SluiceError('cannot-run', `${file}: the report cannot be written: ${cause.message}`, { cause })
  }
}

/**
 * Reads a report.json and checks it.
 * @throws SluiceError `invalid-input` where the file is missing, is not JSON, or is no `sluice.report/1`.
 */
export async function readReport(file: string): Promise<Report> {
  const fault = (message: string, cause?: unknown) =>
    new SluiceError('invalid-input', `${file}: ${message}`, cause === undefined ? undefined : { cause })
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw fault(`the report cannot be read: ${cause.message}`, cause)
  })
  const json = parse(text, (cause) => fault(`this is not JSON: ${cause.message}`, cause))
  const version = z.object({ schema: z.string() }).safeParse(json)
  if (!version.success) throw fault('this is not a Sluice report: it has no "schema"')
  if (version.data.schema !== reportSchema.shape.schema.value) {
    throw fault(`the schema is ${version.data.schema}; this Sluice reads ${reportSchema.shape.schema.value}`)
  }
  const result = reportSchema.safeParse(json)
  if (result.success) return result.data
  throw fault(`not a valid report:\n${result.error.issues.map(describeIssue).join('\n')}`, result.error)
}

const isSystemError = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && 'syscall' in cause && 'code' in cause

const describeIssue = ({ path: place, message }: { path: PropertyKey[]; message: string }) =>
  `  ${place.join('.')}: ${message}`

function parse(text: string, fault: (cause: Error) => SluiceError): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw cause instanceof Error ? fault(cause) : cause
  }
}
