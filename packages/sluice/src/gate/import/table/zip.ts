import { inflateRawSync } from 'node:zlib'

/** The entries of a ZIP archive, which are unpacked when they are asked for. */
export interface Zip {
  names: string[]
  /** @throws RangeError for an entry that unpacks to more than `mostBytes`, Error for a damaged one */
  read(name: string, mostBytes: number): Uint8Array | undefined
}

interface Entry {
  method: number
  packed: number
  offset: number
}

const endSignature = 0x06054b50
const directorySignature = 0x02014b50
const localSignature = 0x04034b50
const mostEntries = 10_000

/**
 * Opens an archive by its directory. What an entry says of its size is not relied upon: unpacking stops at the limit.
 * @throws Error where the bytes are no archive
 */
export function openZip(bytes: Uint8Array): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  if (count > mostEntries) throw new Error('it has too many entries')
  const entries = new Map<string, Entry>()
  let at = view.getUint32(end + 16, true)
  for (let nth = 0; nth < count; nth += 1) {
    if (view.getUint32(at, true) !== directorySignature) throw new Error('its directory is damaged')
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ]
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameLength + extraLength + noteLength
  }
  return {
    names: [...entries.keys()],
    read(name, mostBytes) {
      const entry = entries.get(name)
      return entry === undefined ? undefined : unpacked(bytes, view, entry, mostBytes)
    },
  }
}

/** The record at the end, behind which a comment of at most 65,535 bytes may stand. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 0xffff; at -= 1)
    if (view.getUint32(at, true) === endSignature) return at
  throw new Error('it is no ZIP archive, or it is cut off')
}

function unpacked(bytes: Uint8Array, view: DataView, { method, packed, offset }: Entry, mostBytes: number): Uint8Array {
  if (view.getUint32(offset, true) !== localSignature) throw new Error('an entry is damaged')
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  const content = bytes.subarray(start, start + packed)
  if (content.length !== packed) throw new Error('it is cut off')
  if (method === 0 && packed > mostBytes) throw new RangeError('an entry is too large')
  if (method === 0) return content
  if (method !== 8) throw new Error(`an entry is packed in a way that is not read (${method})`)
  return inflateRawSync(content, { maxOutputLength: mostBytes })
}
