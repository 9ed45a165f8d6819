import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { invalidResults } from './tool-results.ts'

/** One file in an archive. */
export interface ZipEntry {
  name: string
  /** Unpacked. @throws SluiceError where it is damaged, or larger than `mostBytes` */
  bytes(): Uint8Array
}

/** A larger entry is an attack, or a sample that no report could show. */
const mostBytes = 256 * 1024 * 1024

const end64Mark = 0x06064b50
const end64Locator = 0x07064b50
const entryMark = 0x02014b50
const localMark = 0x04034b50
const full16 = 0xffff
const full32 = 0xffffffff

/**
 * The files of a zip archive, as its directory at the end lists them; of a name that is there twice the last one, as
 * writers append. Nothing is unpacked before it is asked for.
 * @throws SluiceError `invalid-input` where the archive is cut off or damaged
 */
export function zipEntries(archive: Uint8Array, file: string): Map<string, ZipEntry> {
  const view = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  try {
    return listed(view, file)
  } catch (error) {
    if (error instanceof RangeError) throw broken(file)
    throw error
  }
}

function listed(view: Buffer, file: string): Map<string, ZipEntry> {
  const { count, start } = directoryOf(view, file)
  const entries = new Map<string, ZipEntry>()
  for (let index = 0, at = start; index < count; index++) {
    if (view.readUInt32LE(at) !== entryMark) throw broken(file)
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.readUInt16LE(at + offset))
    const nameEnd = at + 46 + (nameLength ?? 0)
    const extraEnd = nameEnd + (extraLength ?? 0)
    const name = view.toString('utf8', at + 46, nameEnd)
    const sizes = sizesOf(view, at, view.subarray(nameEnd, extraEnd))
    const [method, checksum] = [view.readUInt16LE(at + 10), view.readUInt32LE(at + 16)]
    entries.set(name, { name, bytes: () => unpacked(view, { ...sizes, method, checksum, name, file }) })
    at = extraEnd + (commentLength ?? 0)
  }
  return entries
}

/** Where the directory begins and how many entries it has. */
function directoryOf(view: Buffer, file: string): { count: number; start: number } {
  // A comment may follow the record.
  const mark = Buffer.from([0x50, 0x4b, 5, 6])
  const at = view.lastIndexOf(mark)
  if (at < 0 || at + 22 + view.readUInt16LE(at + 20) !== view.length) throw broken(file)
  const [count, start] = [view.readUInt16LE(at + 10), view.readUInt32LE(at + 16)]
  if (count !== full16 && start !== full32) return { count, start }
  if (at < 20 || view.readUInt32LE(at - 20) !== end64Locator) return { count, start }
  const end64 = Number(view.readBigUInt64LE(at - 12))
  if (view.readUInt32LE(end64) !== end64Mark) throw broken(file)
  return { count: Number(view.readBigUInt64LE(end64 + 32)), start: Number(view.readBigUInt64LE(end64 + 48)) }
}

interface Sizes {
  packed: number
  size: number
  /** Of the local header. */
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
  name: string
  file: string
}

function unpacked(view: Buffer, { packed, size, offset, method, checksum, name, file }: PackedEntry): Uint8Array {
  const fault = (what: string) => invalidResults(`${file}: ${JSON.stringify(name.slice(0, 100))} in it ${what}`)
  if (size > mostBytes) throw fault('is too large to be read')
  const unpack = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (unpack === undefined) throw fault(`is packed in a way that is not read (method ${method})`)
  try {
    if (view.readUInt32LE(offset) !== localMark) throw fault('is damaged')
    const begin = offset + 30 + view.readUInt16LE(offset + 26) + view.readUInt16LE(offset + 28)
    const data = view.subarray(begin, begin + packed)
    const bytes = unpack(data, Math.max(size, 1))
    if (data.length !== packed || bytes.length !== size || crc32(bytes) !== checksum) throw fault('is damaged')
    return bytes
  } catch (error) {
    if (error instanceof Error && ('errno' in error || error instanceof RangeError)) throw fault('is damaged')
    throw error
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

const broken = (file: string) =>
  invalidResults(`${file}: the archive is cut off or damaged; copy it again, or convert it with inspect log convert`)
