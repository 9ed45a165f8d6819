import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as stats from '../../packages/sluice/src/stats/index.ts'
import { canaryProcedures } from './canary-procedures.ts'
import { judgeProcedures } from './judge-procedures.ts'

/** Checks a file of test vectors against the statistics: `npm run vectors -- FILE [--only a,b]`. */

interface Vector {
  id: string
  tol: number
  input: unknown
  expected: unknown
  note?: string
}

interface VectorCase {
  weight: number
  cluster: string
  cand: number[]
  base: number[]
}

const special: Record<string, (...args: number[]) => number> = {
  normCdf: stats.normCdf,
  normInv: stats.normInv,
  tCdf: stats.tCdf,
  tInv: stats.tInv,
  lgamma: stats.lgamma,
  betaIncReg: stats.betaIncReg,
  gammaPReg: stats.gammaPReg,
}

/** From a vector's input to what is compared with its `expected`. The casts state the format of the vectors file. */
const procedures: Record<string, (input: never) => unknown> = {
  special: ({ fn, args }: { fn: string; args: number[] }) => {
    const found = special[fn]
    if (!found) throw new Error(`no special function ${fn}`)
    return { value: found(...args) }
  },
  gsBounds: ({ infoFractions, alpha }: { infoFractions: number[]; alpha: number }) => ({
    z: stats.gsBounds(infoFractions, alpha),
  }),
  pairedLook: ({ cases, ...test }: { cases: VectorCase[]; margin: number; estimand: stats.Estimand }) =>
    stats.pairedLook(cases.flatMap(pairOf), test),
  gateSequential: ({ cases, ...test }: { cases: VectorCase[] } & Parameters<typeof stats.gateSequential>[1]) =>
    stats.gateSequential(
      cases.map(({ weight, cluster, cand, base }) => ({ weight, cluster, candidate: cand, baseline: base })),
      test,
    ),
  holm: ({ p }: { p: number[] }) => ({ adjusted: stats.holm(p) }),
  criticalSprt: ({ failFlags, ...design }: { failFlags: number[] } & stats.SprtDesign) =>
    stats.criticalSprt(failFlags, design),
  mdePower: (plan: stats.Plan) => stats.mdePower(plan),
  ...canaryProcedures,
  ...judgeProcedures,
}

function pairOf({ weight, cluster, cand, base }: VectorCase): stats.Pair[] {
  const [candidate, baseline] = [stats.momentsOf(cand), stats.momentsOf(base)]
  return candidate && baseline ? [{ weight, cluster, candidate, baseline }] : []
}

/** The places where `actual` is not `expected`. Keys that only `actual` has do not count. */
function differences(
  actual: unknown,
  expected: unknown,
  close: (a: number, e: number) => boolean,
  path = '',
): string[] {
  if (typeof expected === 'number') {
    if (typeof actual === 'number' && close(actual, expected)) return []
  } else if (expected === null || typeof expected !== 'object') {
    if ((actual ?? null) === expected) return []
  } else if (typeof actual === 'object' && actual !== null && sameLength(actual, expected)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences((actual as Record<string, unknown>)[key], value, close, path ? `${path}.${key}` : key),
    )
  }
  return [`${path || 'value'}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`]
}

function sameLength(actual: object, expected: object): boolean {
  return !Array.isArray(expected) || (Array.isArray(actual) && actual.length === expected.length)
}

/** Tolerance is absolute up to 1 and relative beyond, or relative throughout where the vector's note says so. */
function closeness({ tol, note }: Vector): (actual: number, expected: number) => boolean {
  const least = note?.includes('relative tolerance') ? Number.MIN_VALUE : 1
  return (actual, expected) =>
    actual === expected || Math.abs(actual - expected) <= tol * Math.max(least, Math.abs(expected))
}

function faults(name: string, vector: Vector): string[] {
  const procedure = procedures[name]
  if (!procedure) return ['no such procedure yet']
  try {
    return differences(procedure(vector.input as never), vector.expected, closeness(vector))
  } catch (error) {
    return [`threw ${String(error)}`]
  }
}

function main(): number {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } })
  const [file] = positionals
  if (!file || positionals.length > 1) throw new Error('usage: npm run vectors -- FILE [--only name,name]')
  const all = (JSON.parse(readFileSync(file, 'utf8')) as { procedures: Record<string, Vector[]> }).procedures
  const names = values.only?.split(',').map((name) => name.trim()) ?? Object.keys(all)
  let [passed, failed] = [0, 0]
  for (const name of names) {
    const vectors = all[name]
    if (!vectors) throw new Error(`${file} has no procedure ${name}; it has ${Object.keys(all).join(', ')}`)
    for (const vector of vectors) {
      const found = faults(name, vector)
      for (const fault of found) console.log(`${vector.id}: ${fault}`)
      if (found.length === 0) passed += 1
      else failed += 1
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
