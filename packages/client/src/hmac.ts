type Eight = [number, number, number, number, number, number, number, number]

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

/** SHA-256 of bytes, one a character. */
function sha256(bytes: string): string {
  const words: number[] = new Array(((bytes.length + 72) >> 6) * 16).fill(0)
  for (let at = 0; at <= bytes.length; at += 1)
    (words[at >> 2] as number) |= (at < bytes.length ? bytes.charCodeAt(at) : 0x80) << (24 - (at % 4) * 8)
  words[words.length - 1] = bytes.length * 8
  let state = initial as Eight
  for (let at = 0; at < words.length; at += 16) {
    const mixed = compressed(state, words.slice(at, at + 16))
    state = state.map((word, index) => (word + (mixed[index] as number)) | 0) as Eight
  }
  return String.fromCharCode(...state.flatMap((word) => [24, 16, 8, 0].map((bits) => (word >> bits) & 255)))
}

function compressed(state: Eight, words: number[]): Eight {
  let [a, b, c, d, e, f, g, h] = state
  for (let index = 0; index < 64; index += 1) {
    if (index > 15) {
      const [early, late] = [words[index - 15] as number, words[index - 2] as number]
      const mixed = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
      const other = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
      words[index] = ((words[index - 16] as number) + (words[index - 7] as number) + mixed + other) | 0
    }
    const choice = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g))
    const majority = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    const first = h + choice + (constants[index] as number) + (words[index] as number)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + majority) | 0
  }
  return [a, b, c, d, e, f, g, h]
}

/**
 * HMAC-SHA-256 (RFC 2104) in base64 of ASCII, under a key of at most 64 characters of ASCII. At once: the platform's own would have to
 * be waited for.
 */
export function hmac(key: string, text: string): string {
  const [outer, inner] = [0x5c, 0x36].map((pad) =>
    String.fromCharCode(...Array.from({ length: 64 }, (_, at) => (key.charCodeAt(at) || 0) ^ pad)),
  )
  return btoa(sha256(outer + sha256(inner + text)))
}
