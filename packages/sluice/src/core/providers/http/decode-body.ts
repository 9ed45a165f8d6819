import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'

/** Of a body, as it comes and once it is decoded, in bytes: far more than a model writes. */
export const longestBody = 64 * 1024 * 1024

/** What a body may come in, as `Accept-Encoding` says it. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

const limit = { maxOutputLength: longestBody }
const unzip = promisify<Buffer, object, Buffer>(gunzip)
const decoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  gzip: (bytes) => unzip(bytes, limit),
  'x-gzip': (bytes) => unzip(bytes, limit),
  // Meant is zlib's format, but some servers send the bare stream.
  deflate: (bytes) => promisify<Buffer, object, Buffer>(isZlib(bytes) ? inflate : inflateRaw)(bytes, limit),
  br: (bytes) => promisify<Buffer, object, Buffer>(brotliDecompress)(bytes, limit),
  zstd: (bytes) => promisify<Buffer, object, Buffer>(zstdDecompress)(bytes, limit),
}

/**
 * The body without its encodings, the last of which is taken off first.
 * @throws Error naming the encoding that is not known, or in which the body is cut off, damaged or far too long
 */
export async function decodeBody(bytes: Buffer, encodings: string | undefined = ''): Promise<Buffer> {
  let decoded = bytes
  for (const name of encodings.toLowerCase().split(',').reverse()) {
    const encoding = name.trim()
    if (encoding === '' || encoding === 'identity' || decoded.length === 0) continue
    const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
    if (!decode) throw new Error(`the body comes in the unknown encoding "${encoding.slice(0, 20)}"`)
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
  return error instanceof Error ? error.message : String(error)
}
