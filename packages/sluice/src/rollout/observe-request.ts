import { addIncumbent, betCostRatio, costRatios, costVarianceFloor, expectIncumbent } from '../stats/index.ts'
import type { RequestEntry } from '../store/outcome-log.ts'
import type { ArmSums } from './arm-sums.ts'
import { markCandidate } from './candidate.ts'
import { costPrior, unflaggedPriors } from './evidence.ts'
import { addToSketches, type Limits, ofOneToken, renewLimits } from './limits.ts'
import { marginsOf } from './non-inferiority.ts'
import { freshShare, stageShare } from './randomisation.ts'
import { accountsOf, type Sight } from './sight.ts'
import { addFlagged, addUnflagged, type FlagSums } from './signal-sums.ts'
import { exposureTo, type Flag, flags, type UnitMemory } from './unit-memory.ts'

/** What a request was flagged for; null where that cannot be known. */
type Raised = Record<Flag, boolean | null>

/** Adds a request: its flags, the first time that the user raises them, and the user, once per randomisation. */
export function observeRequest(sight: Sight, entry: RequestEntry, memory: UnitMemory): UnitMemory {
  const { evidence, known, arm, testimony } = sight
  const latencyMs = amount(entry.latencyMs)
  const costUsd = amount(entry.costUsd)
  const raised = raisedBy(entry, { latencyMs, costUsd }, limitsFor(sight))
  countRequest(evidence.sums.arms[arm], entry, { latencyMs, costUsd, slow: raised.slow })
  countFor(sight, entry, memory)
  const next = addUser(sight, raised, costUsd, addFlags(sight, raised, markCandidate(sight, entry, memory)))
  const { usual } = testimony
  for (const sketches of usual ? [evidence.sums.sketches, usual.sketches] : [evidence.sums.sketches])
    if (arm === 'incumbent') addToSketches(sketches, latencyMs, costUsd)
  if (known === evidence) renewLimits(evidence.limits, evidence.sums.sketches, entry.receivedAt)
  if (usual) renewLimits(usual.limits, usual.sketches, entry.receivedAt, ofOneToken)
  evidence.lastRequestAt = entry.receivedAt
  evidence.unjudged += 1
  return next
}

/** A request is slow, or dear, by what is usual for the token that reports it; until that is known, by what is for all. */
function limitsFor({ known, testimony: { usual } }: Sight): Limits {
  if (!usual) return known.limits
  const { slowMs, costCapUsd } = known.limits
  return { ...usual.limits, slowMs: usual.limits.slowMs ?? slowMs, costCapUsd: usual.limits.costCapUsd ?? costCapUsd }
}

interface Measured {
  latencyMs: number | null
  costUsd: number | null
}

/** Beyond this nobody measured what is said; entries of before the door had bounds may hold more. */
const most = 1e9

/** What sums survive, or unknown. */
function amount(value: number | null): number | null {
  return value !== null && value >= 0 && value <= most ? value : null
}

function raisedBy(entry: RequestEntry, { latencyMs, costUsd }: Measured, { slowMs, costCapUsd }: Limits): Raised {
  return {
    errors: entry.error !== null,
    safety: entry.refusal || entry.invalid,
    slow: latencyMs === null || slowMs === null ? null : latencyMs > slowMs,
    overCost: costUsd === null || costCapUsd === null ? null : costUsd > costCapUsd,
  }
}

function countRequest(arm: ArmSums, entry: RequestEntry, measured: Measured & { slow: boolean | null }): void {
  arm.requests += 1
  if (entry.error !== null) arm.errors += 1
  if (entry.refusal) arm.refusals += 1
  if (entry.invalid) arm.invalid += 1
  if (measured.slow !== null) arm.timed += 1
  if (measured.slow) arm.slow += 1
  if (measured.latencyMs !== null) {
    arm.withLatency += 1
    arm.latencyMs += measured.latencyMs
  }
  if (measured.costUsd !== null) {
    arm.priced += 1
    arm.costUsd += measured.costUsd
  }
}

function addFlags(sight: Sight, raised: Raised, memory: UnitMemory): UnitMemory {
  const { settings, arm, stage } = sight
  const before = memory.flags ?? []
  const fresh = flags.filter((flag) => raised[flag] && !before.includes(flag))
  if (fresh.length === 0) return memory
  const pi = stageShare(settings.stages, stage)
  for (const flag of fresh) addFlagged(accountsOfFlag(sight, flag), { arm, stage, pi })
  return { ...memory, flags: [...before, ...fresh] }
}

function accountsOfFlag(sight: Sight, flag: Flag): FlagSums[] {
  const whole = sight.evidence.sums.flags[flag]
  return flag === 'overCost' ? [whole] : accountsOf(sight, whole, ({ flags }) => flags[flag])
}

/** What the token itself has seen, whoever else saw the same user before. */
function countFor(
  { settings, arm, stage, source, testimony }: Sight,
  { error, receivedAt }: RequestEntry,
  memory: UnitMemory,
): void {
  testimony.requests[arm] += 1
  testimony.firstAt ??= receivedAt
  testimony.lastAt = receivedAt
  if (error !== null) testimony.errors[arm] += 1
  const before = exposureTo(memory, source)
  if (freshShare(settings.stages, before, stage) === undefined) return
  const cell = testimony.assigned[stage]?.[before ? before.stage + 1 : 0]
  if (cell) cell[arm === 'canary' ? 1 : 0] += 1
  if (before?.arm !== arm) testimony.users[arm] += 1
}

/** The user's first request of a randomisation speaks for the user: flagged or not, and what it cost. */
function addUser(sight: Sight, raised: Raised, costUsd: number | null, memory: UnitMemory): UnitMemory {
  const { evidence, known, settings, arm, stage, source } = sight
  const { exposed, by = 0, seenBy } = memory
  const pi = freshShare(settings.stages, exposed, stage)
  if (pi === undefined) return withSight(sight, memory)
  if (exposed?.arm !== arm) {
    evidence.sums.arms[arm].users += 1
    for (const users of accountsOf(sight, null, ({ users }) => users)) if (users) users[arm] += 1
  }
  for (const flag of flags) {
    const flagged = raised[flag]
    if (flagged === null) continue
    addUnflagged(
      accountsOfFlag(sight, flag),
      { arm, stage, pi, x: flagged ? 0 : 1 },
      { history: known.sums.flags[flag].history, prior: unflaggedPriors[flag], margins: marginsOf(flag, settings) },
    )
  }
  addCost(sight, pi, costUsd)
  const { by: _, ...rest } = memory
  const others = exposed && by !== source ? { ...seenBy, [by]: exposed } : seenBy
  return {
    ...rest,
    exposed: { stage, arm },
    ...(source > 0 && { by: source }),
    ...(others && { seenBy: others }),
  }
}

/** The user was counted before; a token that had not seen them until now has. */
function withSight({ settings, arm, stage, source }: Sight, memory: UnitMemory): UnitMemory {
  if (freshShare(settings.stages, exposureTo(memory, source), stage) === undefined) return memory
  return { ...memory, seenBy: { ...memory.seenBy, [source]: { stage, arm } } }
}

function addCost(sight: Sight, pi: number, costUsd: number | null): void {
  const { evidence, known, settings, arm } = sight
  const cap = limitsFor(sight).costCapUsd
  if (costUsd === null || cap === null) return
  const { cost } = evidence.sums
  const x = Math.min(costUsd, cap) / cap
  const expected = expectIncumbent(known.sums.cost.history, costPrior, costVarianceFloor)
  const ratio = settings.costRatio
  betCostRatio(cost.wealth, { canary: arm === 'canary', pi, x }, expected, { ratio, grid: costRatios.grid })
  if (arm === 'incumbent') addIncumbent(cost.history, x)
}
