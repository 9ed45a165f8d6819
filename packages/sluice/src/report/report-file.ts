import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'
import { type Report, type ReportSummary, reportSchema } from './report.ts'
import { type CasesOf, writeReport } from './write-report.ts'

/**
 * Writes a report.json, whose folder is made if needed. Readers see the old file or the new one, never half of it.
 * @throws SluiceError `cannot-run` where it cannot be written.
 */
export async function writeReportFile(file: string, report: ReportSummary, casesOf: CasesOf): Promise<void> {
  await replaceFile(file, (sink) => writeReport(report, casesOf, sink))
}

/**
 * Reads a report.json, also a compressed one, and checks it.
 * @throws SluiceError `invalid-input` where the file is missing, is not JSON, or is no `sluice.report/1`.
 */
export async function readReport(file: string): Promise<Report> {
  const fault = (message: string, cause?: unknown) =>
    new SluiceError('invalid-input', `${file}: ${message}`, cause === undefined ? undefined : { cause })
  const text = await readText(file).catch((cause: Error) => {
    throw fault(`the report cannot be read: ${cause.message}`, cause)
  })
  const json = parse(text, (cause) => fault(`this is not JSON: ${cause.message}`, cause))
  const version = z.object({ schema: z.string() }).safeParse(json)
  if (!version.success) throw fault('this is not a Sluice report: it has no "schema"')
  const known = reportSchema.shape.schema.value
  if (version.data.schema !== known) {
    throw fault(
      `the schema is ${version.data.schema}; this Sluice reads ${known}. Repeat the run, or use the Sluice that wrote it`,
    )
  }
  const result = reportSchema.safeParse(json)
  if (result.success) return result.data
  throw fault(`not a valid report:\n${result.error.issues.map(describeIssue).join('\n')}`, result.error)
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file)
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  return (compressed ? await promisify(gunzip)(bytes) : bytes).toString('utf8')
}

const describeIssue = ({ path: place, message }: { path: PropertyKey[]; message: string }) =>
  `  ${place.join('.')}: ${message}`

function parse(text: string, fault: (cause: Error) => SluiceError): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw cause instanceof Error ? fault(cause) : cause
  }
}
