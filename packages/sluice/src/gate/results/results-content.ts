import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { decodeText } from '../../core/suite/decode-text.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { scanJson } from '../../core/suite/json/json-scan.ts'
import { isMissingFile } from '../../core/suite/project-files.ts'
import { invalidResults, type ResultsContent } from './tool-results.ts'

/** A file is held several times over while it is read; one of this size takes about a gigabyte. */
const mostBytes = 256 * 1024 * 1024

/**
 * A file of results, read as JSON, JSON Lines, XML or an archive, whatever its name ends in.
 * @throws SluiceError `invalid-input`, with the place where the file stops being what it began as
 */
export async function readContent(file: string, cwd: string): Promise<ResultsContent> {
  const place = path.resolve(cwd, file)
  const name = path.isAbsolute(file) ? file : path.relative(cwd, place)
  const bytes = await bytesOf(place, name)
  const own = { name, digest: createHash('sha256').update(bytes).digest('hex') }
  if (isArchive(bytes)) return { ...own, zip: bytes }
  const text = decodeText(bytes, name)
  if (text.trim() === '') throw invalidResults(`${name} is empty`)
  return text.trimStart().startsWith('<') ? { ...own, xml: text } : { ...own, json: parse(text, name) }
}

async function bytesOf(place: string, name: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(place)
    if (size > mostBytes) {
      const [is, most] = [size, mostBytes].map((count) => `${Math.ceil(count / 1024 / 1024)} MB`)
      throw invalidResults(`${name} has ${is}, more than the ${most} that are read; export fewer fields or fewer cases`)
    }
    return await readFile(place)
  } catch (error) {
    if (isMissingFile(error)) throw invalidResults(`${name}: there is no such file`)
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw invalidResults(`${name} cannot be read: ${error.message}`)
    throw error
  }
}

function isArchive(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4
}

function parse(text: string, name: string): unknown {
  const whole = looseJson(text)
  if (whole !== undefined) return whole.value
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]))
  const [first] = lines
  if (first === undefined || lines.length < 2 || looseJson(first.line) === undefined) throw fault(text, 1, name)
  return lines.map(({ line, number }) => {
    const row = looseJson(line)
    if (row !== undefined) return row.value
    throw fault(line, number, name)
  })
}

const notNumbers = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g

/**
 * JSON as Python writes it: a number that is none is read as null, which is never a score. Undefined for what is no
 * JSON.
 */
export function looseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
  }
  if (!/NaN|Infinity/.test(text)) return undefined
  try {
    return { value: JSON.parse(text.replace(notNumbers, (found) => (found.startsWith('"') ? found : 'null'))) }
  } catch {
    return undefined
  }
}

function fault(text: string, firstLine: number, name: string): InvalidFilesError {
  const { offset, message } = scanJson(text) ?? { offset: 0, message: 'nested too deeply' }
  const before = text.slice(0, offset)
  const line = firstLine + (before.match(/\n/g)?.length ?? 0)
  const column = offset - before.lastIndexOf('\n')
  const isCut = text.slice(offset).trim() === '' || message.includes('does not end')
  const cut = isCut ? '; the file ends in the middle, so export it again' : ''
  return new InvalidFilesError([
    { severity: 'error', file: name, line, column, path: '', message: `not JSON: ${message}${cut}` },
  ])
}
