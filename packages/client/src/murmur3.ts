const encoder = new TextEncoder()
let scratch = new Uint8Array(256)

/** MurmurHash3 x86-32 (Austin Appleby, public domain), seed 0, over the UTF-8 bytes of the text; 0 to 2^32 - 1. */
export function murmur3(text: string): number {
  const length = encodeToScratch(text)
  const bytes = scratch
  const blocks = length & ~3
  let hash = 0
  for (let at = 0; at < blocks; at += 4) {
    hash ^= scrambled(
      byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24),
    )
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let at = length - 1; at >= blocks; at -= 1) rest = (rest << 8) | byte(bytes, at)
  if (blocks < length) hash ^= scrambled(rest)
  return finished(hash ^ length)
}

/** Returns the number of bytes. ASCII, the usual case, is copied without the encoder, which costs more than the hash. */
function encodeToScratch(text: string): number {
  const { length } = text
  if (length * 3 > scratch.length) scratch = new Uint8Array(length * 6)
  let seen = 0
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at)
    seen |= unit
    scratch[at] = unit
  }
  return seen < 0x80 ? length : encoder.encodeInto(text, scratch).written
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
