/** Reproducible random numbers for simulations. */
export interface Random {
  /** Uniform in (0,1). */
  uniform(): number
  normal(): number
  /** Beta(a, b) for a, b > 0. */
  beta(a: number, b: number): number
}

/** Gives the same numbers for the same seed, on any machine that rounds as IEEE 754 says. Not for secrets. */
export function seededRandom(seed: number): Random {
  const next = xoshiro128(seed)
  const uniform = () => (next() * 2 ** 21 + (next() >>> 11) + 0.5) / 2 ** 53
  let spare: number | undefined
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare
      spare = undefined
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  const beta = (a: number, b: number) => {
    const [logX, logY] = [logGamma(a), logGamma(b)]
    return 1 / (1 + Math.exp(logY - logX))
  }
  /** The logarithm of a gamma variate (Marsaglia & Tsang 2000): a small shape underflows without it. */
  const logGamma = (shape: number): number => {
    if (shape < 1) return logGamma(shape + 1) + Math.log(uniform()) / shape
    const d = shape - 1 / 3
    for (;;) {
      const x = normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
    }
  }
  return { uniform, normal, beta }
}

/**
 * xoshiro128** (Blackman & Vigna 2021), seeded by a Weyl sequence through a 32-bit finaliser. Unsigned 32-bit integers.
 */
function xoshiro128(seed: number): () => number {
  let weyl = seed >>> 0
  const mix = () => {
    weyl = (weyl + 0x9e3779b9) >>> 0
    const first = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b)
    const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
    return (second ^ (second >>> 16)) >>> 0
  }
  let [a, b, c, d] = [mix(), mix(), mix(), mix()]
  const rotate = (x: number, by: number) => ((x << by) | (x >>> (32 - by))) >>> 0
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0
    const shifted = (b << 9) >>> 0
    c = (c ^ a) >>> 0
    d = (d ^ b) >>> 0
    b = (b ^ c) >>> 0
    a = (a ^ d) >>> 0
    c = (c ^ shifted) >>> 0
    d = rotate(d, 11)
    return result
  }
}
