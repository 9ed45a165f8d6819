import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const mostColors = 256

/** The same picture with the 256 colours that it has most of: of pages that is a quarter of the size, and looks alike. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decoded(png)
  const counts = new Map<number, number>()
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1)
  const palette = [...counts].sort(([, a], [, b]) => b - a).map(([color]) => color)
  const shown = palette.slice(0, mostColors)
  const places = new Map(palette.map((color, index) => [color, index < mostColors ? index : nearest(color, shown)]))
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + x + 1] = places.get(pixels[y * width + x] ?? 0) ?? 0
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 3], 8)
  const colors = Buffer.from(shown.flatMap(channels))
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const channels = (color: number) => [color >> 16, (color >> 8) & 255, color & 255]

function nearest(color: number, shown: readonly number[]): number {
  const distance = (other: number) => {
    const [a, b] = [channels(color), channels(other)]
    return a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0)
  }
  return shown.reduce((best, other, index) => (distance(other) < distance(shown[best] ?? 0) ? index : best), 0)
}

/** Colours of a picture as a browser writes it: 8 bits of red, green and blue, without or with opacity. */
function decoded(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const [depth, kind] = [png[24], png[25]]
  if (depth !== 8 || (kind !== 2 && kind !== 6))
    throw new Error(`a picture of ${depth} bits and kind ${kind} is not known`)
  const size = kind === 2 ? 3 : 4
  const bytes = unfiltered(inflateSync(dataOf(png)), { length: width * size, height, size })
  const pixels = Uint32Array.from({ length: width * height }, (_, index) => bytes.readUIntBE(index * size, 3))
  return { width, height, pixels }
}

function dataOf(png: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return Buffer.concat(parts)
}

/** Undoes the filter of each row, which makes bytes of those to the left and above. */
function unfiltered(data: Buffer, { length, height, size }: { length: number; height: number; size: number }): Buffer {
  const bytes = Buffer.alloc(length * height)
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (length + 1)] ?? 0
    for (let x = 0; x < length; x += 1) {
      const at = y * length + x
      const left = x >= size ? (bytes[at - size] ?? 0) : 0
      const above = y > 0 ? (bytes[at - length] ?? 0) : 0
      const corner = x >= size && y > 0 ? (bytes[at - length - size] ?? 0) : 0
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0
      bytes[at] = (data[y * (length + 1) + x + 1] ?? 0) + predicted
    }
  }
  return bytes
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value))
  if (a !== undefined && b !== undefined && c !== undefined && a <= b && a <= c) return left
  return b !== undefined && c !== undefined && b <= c ? above : corner
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
