import { InvalidFilesError } from './diagnostics/diagnostic.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What a byte order mark or zero bytes say about a file that is not UTF-8; undefined for one that may be. */
function foreignEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'is encoded as UTF-16'
  if (bytes.length >= 4 && ((a === 0 && c === 0) || (b === 0 && d === 0))) return 'is encoded as UTF-16'
  if (bytes.subarray(0, 1024).includes(0)) return 'is not a text file'
  return undefined
}

/**
 * The text of a UTF-8 file, or of a part of one that begins at `firstLine`, without its byte order mark; line ends stay
 * as they are.
 * @throws InvalidFilesError for UTF-16, binary files, and at the place of the first byte that is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, file: string, firstLine = 1): string {
  refuseForeign(bytes, file, firstLine)
  try {
    return utf8.decode(bytes)
  } catch (error) {
    const { line, column } = firstInvalidByte(bytes)
    throw encodingError(file, 'a byte that is not UTF-8; save the file as UTF-8', firstLine + line - 1, column, error)
  }
}

/** @throws InvalidFilesError where the beginning of a file shows that it is no UTF-8 text. */
export function refuseForeign(bytes: Uint8Array, file: string, line = 1): void {
  const foreign = foreignEncoding(bytes)
  if (foreign !== undefined) throw encodingError(file, `the file ${foreign}; save it as UTF-8`, line, 1)
}

function encodingError(
  file: string,
  message: string,
  line: number,
  column: number,
  cause?: unknown,
): InvalidFilesError {
  return new InvalidFilesError([{ severity: 'error', file, line, column, path: '', message }], { cause })
}

/** Line and column (1-based) of the first byte that no UTF-8 text can hold. */
function firstInvalidByte(bytes: Uint8Array): { line: number; column: number } {
  let line = 1
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start)
    const row = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (end < 0 || !isUtf8(row)) return { line, column: validPrefix(row) + 1 }
    start = end + 1
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Characters of the longest decodable beginning. */
function validPrefix(row: Uint8Array): number {
  const decoded = new TextDecoder().decode(row)
  const fault = decoded.indexOf('\ufffd')
  return fault < 0 ? decoded.length : fault
}
