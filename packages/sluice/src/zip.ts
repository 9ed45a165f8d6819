import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib'

/** One file in an archive. */
export interface ZipEntry {
  name: string
  /** Unpacked. @throws RangeError where it unpacks to more than `mostBytes`, Error where it is damaged */
  bytes(mostBytes: number): Uint8Array
}

const end64Mark = 0x06064b50
const end64Locator = 0x07064b50
const entryMark = 0x02014b50
const localMark = 0x04034b50
const full16 = 0xffff
const full32 = 0xffffffff

const mostEntries = 1_000_000
const broken = 'it is no ZIP archive, or it is cut off or damaged'

/**
 * The files of a zip archive, as its directory at the end lists them; of a name that is there twice the last one, as
 * writers append. Nothing is unpacked before it is asked for, and what an entry says of its size is not relied upon.
 * @throws Error where it is no archive, or is cut off or damaged
 */
export function zipEntries(archive: Uint8Array): Map<string, ZipEntry> {
  const view = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  try {
    return listed(view)
  } catch (cause) {
    throw cause instanceof RangeError ? new Error(broken, { cause }) : cause
  }
}

function listed(view: Buffer): Map<string, ZipEntry> {
  const { count, start } = directoryOf(view)
  if (count > mostEntries) throw new Error(`it has more than ${mostEntries} entries`)
  const entries = new Map<string, ZipEntry>()
  for (let index = 0, at = start; index < count; index++) {
    if (view.readUInt32LE(at) !== entryMark) throw new Error(broken)
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.readUInt16LE(at + offset))
    const nameEnd = at + 46 + (nameLength ?? 0)
    const extraEnd = nameEnd + (extraLength ?? 0)
    const name = view.toString('utf8', at + 46, nameEnd)
    const sizes = sizesOf(view, at, view.subarray(nameEnd, extraEnd))
    const [method, checksum] = [view.readUInt16LE(at + 10), view.readUInt32LE(at + 16)]
    entries.set(name, { name, bytes: (mostBytes) => unpacked(view, { ...sizes, method, checksum }, mostBytes) })
    at = extraEnd + (commentLength ?? 0)
  }
  return entries
}

/** Where the directory begins and how many entries it has. */
function directoryOf(view: Buffer): { count: number; start: number } {
  // A comment may follow the record.
  const mark = Buffer.from([0x50, 0x4b, 5, 6])
  const at = view.lastIndexOf(mark)
  if (at < 0 || at + 22 + view.readUInt16LE(at + 20) !== view.length) throw new Error(broken)
  const [count, start] = [view.readUInt16LE(at + 10), view.readUInt32LE(at + 16)]
  if (count !== full16 && start !== full32) return { count, start }
  if (at < 20 || view.readUInt32LE(at - 20) !== end64Locator) return { count, start }
  const end64 = Number(view.readBigUInt64LE(at - 12))
  if (view.readUInt32LE(end64) !== end64Mark) throw new Error(broken)
  return { count: Number(view.readBigUInt64LE(end64 + 32)), start: Number(view.readBigUInt64LE(end64 + 48)) }
}

interface Sizes {
  packed: number
  size: number
  /** Where the local header of the entry begins. */
  offset: number
}

/** Large values stand in an extra field, in this order and only where the entry itself has none. */
function sizesOf(view: Buffer, at: number, extra: Buffer): Sizes {
  const sizes = {
    size: view.readUInt32LE(at + 24),
    packed: view.readUInt32LE(at + 20),
    offset: view.readUInt32LE(at + 42),
  }
  for (let place = 0; place + 4 <= extra.length; place += 4 + extra.readUInt16LE(place + 2)) {
    if (extra.readUInt16LE(place) !== 1) continue
    let from = place + 4
    for (const key of ['size', 'packed', 'offset'] as const) {
      if (sizes[key] !== full32) continue
      sizes[key] = Number(extra.readBigUInt64LE(from))
      from += 8
    }
  }
  return sizes
}

interface PackedEntry extends Sizes {
  method: number
  checksum: number
}

function unpacked(
  view: Buffer,
  { packed, size, offset, method, checksum }: PackedEntry,
  mostBytes: number,
): Uint8Array {
  const unpack = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (unpack === undefined) throw new Error(`it is packed in a way that is not read (method ${method})`)
  if (size > mostBytes) throw new RangeError('it is too large')
  const bytes = unpackedBytes(() => {
    if (view.readUInt32LE(offset) !== localMark) throw new Error('it is damaged')
    const begin = offset + 30 + view.readUInt16LE(offset + 26) + view.readUInt16LE(offset + 28)
    return unpack(view.subarray(begin, begin + packed), mostBytes)
  })
  if (bytes.length !== size || crc32(bytes) !== checksum) throw new Error('it is damaged')
  return bytes
}

/** Zlib tells by the code of its error whether there is too much of it, or whether it is damaged. */
function unpackedBytes(unpack: () => Buffer): Buffer {
  try {
    return unpack()
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw new RangeError('it is too large', { cause })
    throw new Error('it is damaged', { cause })
  }
}

/** How entries are unpacked, by the number of the method: stored, deflated, Zstandard. */
const methods: Record<number, (data: Buffer, most: number) => Buffer> = {
  0: (data) => data,
  8: (data, maxOutputLength) => inflateRawSync(data, { maxOutputLength }),
  93: unpackFrames,
}

/** Zstandard, of which an entry may hold several frames. */
function unpackFrames(data: Buffer, most: number): Buffer {
  const frames: Buffer[] = []
  for (let at = 0, room = most; at < data.length && room > 0; ) {
    const options = { maxOutputLength: room, info: true }
    const { buffer, engine } = zstdDecompressSync(data.subarray(at), options) as unknown as Frame
    if (engine.bytesWritten === 0) break
    frames.push(buffer)
    at += engine.bytesWritten
    room -= buffer.length
  }
  return Buffer.concat(frames)
}

/** What is given where `info` is asked for. */
interface Frame {
  buffer: Buffer
  /** `bytesWritten` is what was read of the frame. */
  engine: { bytesWritten: number }
}
