const encoder = new TextEncoder()
let scratch = new Uint8Array(256)

/** What many hashed texts begin with, encoded, and hashed as far as whole blocks go. */
export interface Prefix {
  bytes: Uint8Array
  /** Length of the whole blocks, in bytes, and the hash over them. */
  blocks: number
  hash: number
}

export function prefixOf(text: string): Prefix {
  const bytes = encoder.encode(text)
  const blocks = bytes.length & ~3
  return { bytes, blocks, hash: hashBlocks(bytes, 0, blocks, 0) }
}

/** MurmurHash3 x86-32 (Austin Appleby, public domain), seed 0, over the UTF-8 bytes of prefix and text; 0 to 2^32 - 1. */
export function murmur3(prefix: Prefix, text: string): number {
  const length = encodeAfter(prefix, text)
  const bytes = scratch
  const blocks = length & ~3
  const hash = hashBlocks(bytes, prefix.blocks, blocks, prefix.hash)
  let rest = 0
  for (let at = length - 1; at >= blocks; at -= 1) rest = (rest << 8) | byte(bytes, at)
  return finished((blocks < length ? hash ^ scrambled(rest) : hash) ^ length)
}

/** Returns the number of bytes, prefix included. ASCII, the usual case, is copied without the encoder, which costs more than the hash. */
function encodeAfter({ bytes, blocks }: Prefix, text: string): number {
  const start = bytes.length
  const { length } = text
  if (start + length * 3 > scratch.length) scratch = new Uint8Array(start + length * 6)
  for (let at = blocks; at < start; at += 1) scratch[at] = byte(bytes, at)
  let seen = 0
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at)
    seen |= unit
    scratch[start + at] = unit
  }
  return start + (seen < 0x80 ? length : encoder.encodeInto(text, scratch.subarray(start)).written)
}

function hashBlocks(bytes: Uint8Array, from: number, to: number, start: number): number {
  let hash = start
  for (let at = from; at < to; at += 4) {
    const low = byte(bytes, at) | (byte(bytes, at + 1) << 8)
    hash ^= scrambled(low | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  return hash
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

function scrambled(block: number): number {
  const first = Math.imul(block, 0xcc9e2d51)
  return Math.imul((first << 15) | (first >>> 17), 0x1b873593)
}

function finished(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}
