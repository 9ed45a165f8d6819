import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'
import { errorMessage } from '../../../errors.ts'

/** Longest body in bytes, encoded and decoded: much more than a model writes. */
export const longestBody = 64 * 1024 * 1024

/** Accepted encodings of a body, as the value of `Accept-Encoding`. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

const limit = { maxOutputLength: longestBody }
const unzip = promisify<Buffer, object, Buffer>(gunzip)
const decoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: (bytes) => unzip(bytes, limit),
  'x-gzip': (bytes) => unzip(bytes, limit),
  // `deflate` means zlib's format, but some servers send the raw stream.
  deflate: (bytes) => promisify<Buffer, object, Buffer>(isZlib(bytes) ? inflate : inflateRaw)(bytes, limit),
  br: (bytes) => promisify<Buffer, object, Buffer>(brotliDecompress)(bytes, limit),
  zstd: (bytes) => promisify<Buffer, object, Buffer>(zstdDecompress)(bytes, limit),
}

/**
 * Decodes a body, the last encoding first.
 * @throws Error that names the encoding, if it is not known, or the body is cut off, damaged or much too long
 */
export async function decodeBody(bytes: Buffer, encodings: string | undefined = ''): Promise<Buffer> {
  let decoded = bytes
  for (const name of encodings.toLowerCase().split(',').reverse()) {
    const encoding = name.trim()
    if (encoding === '' || encoding === 'identity' || decoded.length === 0) continue
    const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
    if (!decode) throw new Error(`the body has the unknown encoding "${encoding.slice(0, 20)}"`)
    decoded = await decode(decoded).catch((cause: unknown) => {
      throw new Error(`the body cannot be decoded from ${encoding}: ${faultOf(cause)}`, { cause })
    })
  }
  return decoded
}

function isZlib(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0
}

function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') return `it is longer than ${longestBody / 1024 ** 2} MiB`
  return errorMessage(error)
}
