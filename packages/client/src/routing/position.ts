/** A share of 100 % in parts per million. */
export const wholePpm = 1_000_000

const encoder = new TextEncoder()
let bytes = new Uint8Array(256)
/** A view of the same bytes for reading four at a time. */
let words = new DataView(bytes.buffer)

/** The last salt, encoded and with the hash of its whole words, since most requests use the same one. */
let last: { salt: string; length: number; whole: number; hash: number } | undefined

/**
 * The position of a unit in a rollout: a whole number from 0 to 999,999, uniform over salts and units. Units below the
 * stage's ppm get the canary, so a unit keeps it as the share grows. It is MurmurHash3 x86-32 (Austin Appleby, public
 * domain) with seed 0 of the UTF-8 bytes of `salt + "\0" + unit`, times 1,000,000, divided by 2^32, rounded down. A
 * lone surrogate counts as U+FFFD. A number is converted by `String`.
 */
export function position(salt: string, unit: string): number {
  const text = String(unit)
  const most = (salt.length + text.length) * 3 + 5
  if (most > bytes.length) {
    bytes = new Uint8Array(most * 2)
    words = new DataView(bytes.buffer)
    last = undefined
  }
  if (last?.salt !== salt) last = begun(salt)
  const length = encodeAfter(last.length, text)
  // The last word is filled up with zeros.
  words.setInt32(length, 0)
  const whole = length & ~3
  const hash = hashWords(last.whole, whole, last.hash) ^ scrambled(words.getInt32(whole, true)) ^ length
  return Math.floor((finished(hash) * wholePpm) / 2 ** 32)
}

function begun(salt: string) {
  const length = encoder.encodeInto(`${salt}\0`, bytes).written
  const whole = length & ~3
  return { salt, length, whole, hash: hashWords(0, whole, 0) }
}

/**
 * Returns the end of the text. ASCII, the usual case, is copied without the encoder, which takes longer than the hash.
 */
function encodeAfter(start: number, text: string): number {
  const into = bytes
  const { length } = text
  let seen = 0
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at)
    seen |= unit
    into[start + at] = unit
  }
  return start + (seen < 0x80 ? length : encoder.encodeInto(text, into.subarray(start)).written)
}

function hashWords(from: number, to: number, start: number): number {
  const view = words
  let hash = start
  for (let at = from; at < to; at += 4) {
    hash ^= scrambled(view.getInt32(at, true))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  return hash
}

function scrambled(word: number): number {
  const first = Math.imul(word, 0xcc9e2d51)
  return Math.imul((first << 15) | (first >>> 17), 0x1b873593)
}

function finished(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}
