import { findZero } from '../distributions/find-zero.ts'
import { normInv, normLogDensity, normLogUpperTail } from '../distributions/normal.ts'

const cache = new Map<string, readonly number[]>()

/**
 * One-sided group-sequential boundaries c_k on the z scale: under the null hypothesis the chance that any z_k >= c_k
 * is `alpha`. The error is spent as alpha ln(1 + (e - 1) t) (Lan & DeMets 1983, Pocock type); the boundaries follow by
 * recursive integration (Jennison & Turnbull 2000, chapter 19). Infinity at a look that adds no information.
 *
 * @param infoFractions share of the information at each look, increasing, the last usually 1
 * @param alpha in (0,1)
 */
export function gsBounds(infoFractions: readonly number[], alpha: number): readonly number[] {
  const key = `${alpha}|${infoFractions.join()}`
  const known = cache.get(key)
  if (known) return known
  const bounds = computeBounds(infoFractions, alpha)
  cache.set(key, bounds)
  return bounds
}

/** The share of `alpha` that may be spent by the time that the fraction t of the information is in. */
function pocockSpending(alpha: number, t: number): number {
  return alpha * Math.log1p((Math.E - 1) * Math.min(t, 1))
}

/** The density of the unstopped process B = z sqrt(t), at quadrature nodes; `weight` is density times node width. */
interface Density {
  nodes: number[]
  weights: number[]
}

function computeBounds(infoFractions: readonly number[], alpha: number): number[] {
  const bounds: number[] = []
  let spent = 0
  let previous = 0
  let density: Density = { nodes: [0], weights: [1] }
  for (const [look, t] of infoFractions.entries()) {
    const budget = pocockSpending(alpha, t)
    const sd = Math.sqrt(t - previous)
    const spend = budget - spent
    if (!(sd > 0 && spend > 0)) {
      bounds.push(Number.POSITIVE_INFINITY)
      continue
    }
    const start = Math.sqrt(t) * (bounds.findLast(Number.isFinite) ?? -normInv(spend))
    const barrier = crossing(density, sd, spend, start)
    bounds.push(barrier / Math.sqrt(t))
    const next = infoFractions[look + 1]
    if (next !== undefined) density = advance(density, sd, { from: -7 * Math.sqrt(t), to: barrier, next: next - t })
    spent = budget
    previous = t
  }
  return bounds
}

/** The barrier that the process, after one more normal step of `sd`, exceeds with probability `spend`. */
function crossing({ nodes, weights }: Density, sd: number, spend: number, start: number): number {
  const shortfall = (barrier: number): [number, number] => {
    let tail = 0
    let slope = 0
    for (let i = 0; i < nodes.length; i += 1) {
      const z = (barrier - (nodes[i] ?? 0)) / sd
      const weight = weights[i] ?? 0
      tail += weight * Math.exp(normLogUpperTail(z))
      slope += (weight * Math.exp(normLogDensity(z))) / sd
    }
    return [Math.log(spend / tail), slope / tail]
  }
  const reach = 40 * sd + Math.max(...nodes.map(Math.abs))
  return findZero(shortfall, start, -reach, reach)
}

/**
 * The density after one more step, cut off at the barrier: panels of at most four standard deviations, 16 nodes each.
 */
function advance(before: Density, sd: number, span: { from: number; to: number; next: number }): Density {
  const width = 4 * Math.min(sd, Math.sqrt(span.next))
  const panels = Math.min(Math.max(Math.ceil((span.to - span.from) / width), 1), 200)
  const half = (span.to - span.from) / panels / 2
  const nodes: number[] = []
  const weights: number[] = []
  for (let panel = 0; panel < panels; panel += 1) {
    for (const [offset, weight] of legendre) {
      const node = span.from + (2 * panel + 1 + offset) * half
      let density = 0
      for (let i = 0; i < before.nodes.length; i += 1) {
        const z = (node - (before.nodes[i] ?? 0)) / sd
        density += (before.weights[i] ?? 0) * Math.exp(-0.5 * z * z)
      }
      nodes.push(node)
      weights.push((density * weight * half) / (sd * Math.sqrt(2 * Math.PI)))
    }
  }
  return { nodes, weights }
}

/** Nodes and weights of the Gauss-Legendre rule with 16 nodes on [-1, 1]: roots of P16 by Newton's method. */
const legendre = gaussLegendre(16)

function gaussLegendre(count: number): [node: number, weight: number][] {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 0
    for (let step = 0; step < 10; step += 1) {
      let [before, value] = [1, x]
      for (let n = 2; n <= count; n += 1) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n]
      slope = (count * (x * value - before)) / (x * x - 1)
      x -= value / slope
    }
    return [x, 2 / ((1 - x * x) * slope * slope)]
  })
}
