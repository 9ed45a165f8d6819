import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { eValueEngine } from '../../packages/sluice/src/control/rollout/decision-engine.ts'
import type { CanaryRun } from '../../packages/sluice/src/control/simulate/canary-run.ts'
import { type Scenario, scenarioSchema } from '../../packages/sluice/src/control/simulate/scenario.ts'
import { seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { simulateFast } from '../../packages/sluice/test/support/fast-canary.ts'
import { type DriftResult, playDrift } from './drift.ts'
import type { CanaryPlay, Play } from './row.ts'

/** How runs went: canaries, or productions before the drift watch. */
export type Played = { canaries: CanaryRun[] } | { watched: DriftResult[] }

const shipped = path.join(import.meta.dirname, '../../packages/sluice/templates/scenarios')

/** Plays runs `from` to `to` of a row's `seed`; the same numbers always give the same. */
export async function played(
  play: Play,
  { seed, from, to }: { seed: number; from: number; to: number },
): Promise<Played> {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  if ('drift' in play) return { watched: numbers.map((run) => playDrift(play.drift, seededRandom(seed + run))) }
  const scenario = { ...(await scenarioOf(play.canary)), seed }
  const simulation = { scenario, recorded: undefined, engine: eValueEngine }
  return { canaries: numbers.map((run) => simulateFast(simulation, run)) }
}

/** The scenario of a row, as if its changes stood in the file. */
export async function scenarioOf({ scenario, changes = {} }: CanaryPlay): Promise<Scenario> {
  const file = scenario === undefined ? {} : parse(await readFile(path.join(shipped, `${scenario}.yaml`), 'utf8'))
  return scenarioSchema.parse(merged(file, changes))
}

/** Lists and values are replaced, objects go into each other, and null takes a key away. */
function merged(first: object, second: object): object {
  const both = { ...first } as Record<string, unknown>
  for (const [key, value] of Object.entries(second)) {
    const before = both[key]
    if (value === null) delete both[key]
    else both[key] = isPlain(before) && isPlain(value) ? merged(before, value) : value
  }
  return both
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
