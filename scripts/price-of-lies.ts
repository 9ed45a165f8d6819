import { parseArgs } from 'node:util'
import { assess } from '../packages/sluice/src/control/rollout/assessment/assess.ts'
import type { Decision } from '../packages/sluice/src/control/rollout/assessment/assessment.ts'
import { newEvidence } from '../packages/sluice/src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../packages/sluice/src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../packages/sluice/src/control/rollout/observe/observe.ts'
import type { LogEntry } from '../packages/sluice/src/records/outcome.ts'
import { rolloutSettingsSchema } from '../packages/sluice/src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../packages/sluice/src/stats/index.ts'
import { entryOf, rolloutOf } from '../packages/sluice/test/support/rollout/rollout-entries.ts'

/**
 * What it costs to bend a canary, in forged outcomes of a client token of the same feature, through the engine's own `observe` and
 * `assess`: `npm run price-of-lies -- [--most 20000] [--seeds 20]`. Medians over seeds; the liar knows the
 * salt, so that each forged user stands where it is said to.
 */

type Lie = (world: World, n: number) => void

interface World {
  /** An outcome of a user who stands in this arm. */
  report(token: string, arm: 'incumbent' | 'canary', content?: { error?: string; wrong?: boolean }): void
  chance(probability: number): boolean
  decision(): Decision
  share: number
}

interface Price {
  lie: string
  /** What is true, and told before the liar speaks. */
  truth: { tokens: readonly number[]; users: number; canaryErrors: number }
  forge: Lie
  isReached: (decision: Decision) => boolean
}

const settings = { stages: [{ percent: 10, soak: '0s' }], signals: { score: 0, errors: 0.5, slow: 0, safety: 0.15 } }

function newWorld(seed: number): World {
  const rollout = rolloutOf(rolloutSettingsSchema.parse(settings))
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  const random = seededRandom(seed)
  const share = (rollout.settings.stages[0]?.ppm ?? 0) / 1e6
  let seq = 0
  const at = () => seq * 100
  return {
    share,
    chance: (probability) => random.uniform() < probability,
    report(tokenId, arm, { error, wrong = false } = {}) {
      seq += 1
      const canary = arm === 'canary'
      const position = Math.floor((canary !== wrong ? share : 1) * 1e6) - 1
      const user = { id: `u${seq}`, position }
      const content = { kind: 'request' as const, tokenId, id: `o${seq}`, ...(error !== undefined && { error }) }
      const entry: LogEntry = { ...entryOf({ user, canary, stage: 0, at: at() }, content), seq }
      memory.set(user.id, observe(evidence, rollout, entry, {}))
    },
    decision: () => assess(evidence, rollout, at()).decision,
  }
}

function truly(world: World, { tokens, canaryErrors }: Price['truth'], n: number): void {
  const arm = world.chance(world.share) ? 'canary' : 'incumbent'
  let token = 0
  let rest = (n % 100) / 100
  while (token < tokens.length - 1 && rest >= (tokens[token] ?? 1)) {
    rest -= tokens[token] ?? 0
    token += 1
  }
  world.report(`true-${token}`, arm, world.chance(arm === 'canary' ? canaryErrors : 0.01) ? { error: 'failed' } : {})
}

const natural =
  (errors: { canary: number; incumbent: number }, token = 'liar'): Lie =>
  (world) => {
    const arm = world.chance(world.share) ? 'canary' : 'incumbent'
    world.report(token, arm, world.chance(errors[arm]) ? { error: 'failed' } : {})
  }

const one = (users: number, canaryErrors = 0.01) => ({ tokens: [1], users, canaryErrors })
const isFrozen = (decision: Decision) => decision.do === 'hold' && decision.why === 'sampleRatioMismatch'
const isRolledBack = (decision: Decision) => decision.do === 'rollBack'
const isPromoted = (decision: Decision) => decision.do === 'promote'

const prices: Price[] = [
  ...[600, 6000].flatMap((users): Price[] => [
    {
      lie: 'freezes: arms that cannot be',
      truth: one(users),
      forge: (world) => world.report('liar', 'canary', { wrong: true }),
      isReached: isFrozen,
    },
    {
      lie: 'freezes: users of one arm only',
      truth: one(users),
      forge: (world) => world.report('liar', 'canary'),
      isReached: isFrozen,
    },
    {
      lie: 'rolls back a good canary: failures of it alone',
      truth: one(users),
      forge: (world) => world.report('liar', 'canary', { error: 'failed' }),
      isReached: isRolledBack,
    },
    {
      lie: 'rolls back a good canary: arms as they should be',
      truth: one(users),
      forge: natural({ canary: 1, incumbent: 0 }),
      isReached: isRolledBack,
    },
    {
      lie: 'promotes a canary with 5 % errors',
      truth: one(users, 0.05),
      forge: natural({ canary: 0, incumbent: 0.02 }),
      isReached: isPromoted,
    },
  ]),
  {
    lie: 'rolls back a good canary of three tokens',
    truth: { tokens: [0.34, 0.33, 0.33], users: 600, canaryErrors: 0.01 },
    forge: natural({ canary: 1, incumbent: 0 }),
    isReached: isRolledBack,
  },
  {
    lie: 'with two tokens: rolls back a good canary',
    truth: one(600),
    forge: (world, n) => natural({ canary: 1, incumbent: 0 }, `liar-${n % 2}`)(world, n),
    isReached: isRolledBack,
  },
]

/** Forged outcomes until it is reached; Infinity where more than `most` do not. */
function priceOf({ truth, forge, isReached }: Price, seed: number, most: number): number {
  const world = newWorld(seed)
  for (let told = 0; told < truth.users; told += 1) truly(world, truth, told)
  if (isReached(world.decision())) return 0
  for (let n = 1; n <= most; n += 1) {
    forge(world, n)
    if ((n < 200 || n % 10 === 0) && isReached(world.decision())) return n
  }
  return Infinity
}

const { values } = parseArgs({
  options: { most: { type: 'string', default: '20000' }, seeds: { type: 'string', default: '9' } },
})
const most = Number(values.most)
console.log('| the liar | true outcomes before | tokens | forged outcomes, median (least, most) |\n|---|---|---|---|')
for (const price of prices) {
  const found = Array.from({ length: Number(values.seeds) }, (_, i) => priceOf(price, i + 1, most)).sort(
    (a, b) => a - b,
  )
  const shown = (value: number | undefined) => (value === Infinity ? `> ${most}` : String(value))
  const [median, least, greatest] = [found[Math.floor(found.length / 2)], found[0], found.at(-1)].map(shown)
  const { users, tokens } = price.truth
  console.log(`| ${price.lie} | ${users} | ${tokens.length} | ${median} (${least}, ${greatest}) |`)
}
