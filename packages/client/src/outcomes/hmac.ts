type State = [number, number, number, number, number, number, number, number]

const initial: number[] = []
const constants: number[] = []

/** The constants of SHA-256: the first 32 bits of the fractions of square and cube roots of primes (FIPS 180-4). */
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

function sha256(message: number[]): number[] {
  const bytes = new Uint8Array(((message.length + 72) >> 6) * 64)
  bytes.set([...message, 0x80])
  const view = new DataView(bytes.buffer)
  view.setInt32(bytes.length - 4, message.length * 8)
  let state = initial
  for (let block = 0; block < bytes.length; block += 64) {
    const before = state
    const words: number[] = []
    for (const [index, constant] of constants.entries()) {
      const word = (back: number) => words[index - back] as number
      words[index] =
        index < 16
          ? view.getInt32(block + index * 4)
          : (word(16) + word(7) + mixed(word(15), 7, 18, word(15) >>> 3) + mixed(word(2), 17, 19, word(2) >>> 10)) | 0
      const [a, b, c, d, e, f, g, h] = state as State
      const first = h + mixed(e, 6, 11, turned(e, 25)) + ((e & f) ^ (~e & g)) + constant + word(0)
      const second = mixed(a, 2, 13, turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      state = [first + second, a, b, c, d + first, e, f, g].map((sum) => sum | 0)
    }
    state = state.map((word, index) => word + (before[index] as number))
  }
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word)
  return [...bytes.subarray(0, 32)]
}

/**
 * HMAC-SHA-256 (RFC 2104) of an ASCII text, in base64. The key has at most 64 ASCII characters. It is synchronous,
 * which the platform's own is not.
 */
export function hmac(key: string, text: string): string {
  const padded = (pad: number) => Array.from({ length: 64 }, (_, at) => key.charCodeAt(at) ^ pad)
  const inner = sha256([...padded(0x36), ...new TextEncoder().encode(text)])
  return btoa(String.fromCharCode(...sha256([...padded(0x5c), ...inner])))
}
