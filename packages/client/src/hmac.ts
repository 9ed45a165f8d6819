const initial: number[] = []
const constants: number[] = []

/** The first 32 bits behind the point of the square and cube roots of the first primes (FIPS 180-4). */
for (let number = 2; constants.length < 64; number += 1) {
  let divisor = 2
  while (number % divisor) divisor += 1
  if (divisor < number) continue
  if (initial.length < 8) initial.push((Math.sqrt(number) * 2 ** 32) | 0)
  constants.push((Math.cbrt(number) * 2 ** 32) | 0)
}

const turned = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))
const mixed = (word: number, one: number, other: number, third: number) =>
  turned(word, one) ^ turned(word, other) ^ third

/** SHA-256 of bytes, one a character. */
function sha256(bytes: string): string {
  const words = new Int32Array(((bytes.length + 72) >> 6) * 16)
  for (let at = 0; at <= bytes.length; at += 1)
    (words[at >> 2] as number) |= (at < bytes.length ? bytes.charCodeAt(at) : 0x80) << (24 - (at % 4) * 8)
  words[words.length - 1] = bytes.length * 8
  let state = initial
  for (let at = 0; at < words.length; at += 16) {
    const after = compressed(state, [...words.subarray(at, at + 16)])
    state = state.map((word, index) => (word + (after[index] as number)) | 0)
  }
  return String.fromCharCode(...state.flatMap((word) => [24, 16, 8, 0].map((bits) => (word >> bits) & 255)))
}

function compressed(before: number[], words: number[]): number[] {
  let state = before
  for (const [index, constant] of constants.entries()) {
    const word = (back: number) => words[index - back] as number
    if (index > 15)
      words[index] =
        (word(16) + word(7) + mixed(word(15), 7, 18, word(15) >>> 3) + mixed(word(2), 17, 19, word(2) >>> 10)) | 0
    const [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number]
    const first = h + mixed(e, 6, 11, turned(e, 25)) + ((e & f) ^ (~e & g)) + constant + word(0)
    const second = mixed(a, 2, 13, turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    state = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  return state
}

/**
 * HMAC-SHA-256 (RFC 2104) in base64 of ASCII, under a key of at most 64 characters of ASCII. At once: the platform's own would have to
 * be waited for.
 */
export function hmac(key: string, text: string): string {
  const padded = (pad: number) =>
    String.fromCharCode(...Array.from({ length: 64 }, (_, at) => (key.charCodeAt(at) || 0) ^ pad))
  return btoa(sha256(padded(0x5c) + sha256(padded(0x36) + text)))
}
