import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { type Report, reportSchema } from '../../records/report/report.ts'

/** Bytes, uncompressed: four times what 100,000 cases with answers of 200 characters take. */
const largestReport = 400_000_000

/**
 * Reads a report.json of at most `largest` bytes, also a compressed one, and checks it.
 * @throws SluiceError `invalid-input` where the file is missing, too large, not JSON, or no `sluice.report/1`.
 */
export async function readReport(file: string, largest = largestReport): Promise<Report> {
  const fault = (message: string, cause?: unknown) =>
    new SluiceError('invalid-input', `${file}: ${message}`, cause === undefined ? undefined : { cause })
  const text = await readText(file, largest).catch((cause: Error) => {
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

/** No more than `largest` bytes are ever unpacked, however many a small file stands for. */
async function readText(file: string, largest: number): Promise<string> {
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  const collect = async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of pieces) {
      size += piece.length
      if (size > largest) throw new Error(`it holds more than ${Math.floor(largest / 1_000_000)} MB`)
      text += decoder.decode(piece, { stream: true })
    }
  }
  if (await isCompressed(file)) await pipeline(createReadStream(file), createGunzip(), collect)
  else await pipeline(createReadStream(file), collect)
  return text
}

async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
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
