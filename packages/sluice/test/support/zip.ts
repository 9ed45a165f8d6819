import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'

interface ZipOptions {
  /** 0 stored, 8 deflated, 93 Zstandard in two frames. */
  method?: 0 | 8 | 93
  /** What the directory says of the unpacked size of an entry, instead of the truth. */
  sizes?: Record<string, number>
}

/** A zip archive of these files. */
export function zipOf(files: Record<string, string | Uint8Array>, { method = 8, sizes = {} }: ZipOptions = {}): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content)
    const data = packed(raw, method)
    const header = Buffer.alloc(26)
    header.writeUInt16LE(method, 4)
    header.writeUInt32LE(crc32(raw), 10)
    header.writeUInt32LE(data.length, 14)
    header.writeUInt32LE(sizes[name] ?? raw.length, 18)
    header.writeUInt16LE(name.length, 22)
    const start = Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name)])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.alloc(2), header, rest, Buffer.from(name)]))
    locals.push(start, data)
    offset += start.length + data.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

function packed(raw: Buffer, method: 0 | 8 | 93): Buffer {
  if (method === 0) return raw
  if (method === 8) return deflateRawSync(raw)
  const half = Math.floor(raw.length / 2)
  return Buffer.concat([raw.subarray(0, half), raw.subarray(half)].map((part) => zstdCompressSync(part)))
}
