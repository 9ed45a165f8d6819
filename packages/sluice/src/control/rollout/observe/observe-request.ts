import { mostMeasured, type RequestEntry } from '../../../records/outcome.ts'
import { addIncumbent, betCostRatio, costRatios, costVarianceFloor, expectIncumbent } from '../../../stats/index.ts'
import type { ArmSums } from '../evidence/arm-sums.ts'
import { costPrior } from '../evidence/evidence.ts'
import { addToSketches, type Limits, ofOneToken, renewLimits } from '../evidence/flag-limits.ts'
import { addExposure, exposedShare, freshShare, stageShare } from '../evidence/randomisation.ts'
import { addToRate, betOnFlag, type FlagSums } from '../evidence/signal-sums.ts'
import { assignmentSeenBy, type Flag, flags, recentOf, stagedOf, type UnitMemory } from '../evidence/unit-memory.ts'
import { markCandidate } from './candidate.ts'
import { enter } from './enter-window.ts'
import { accountsOf, type ObservedEntry } from './observed-entry.ts'
import { isComparable, isSettled, isStageWarm } from './warm-up.ts'

/** What a request was flagged for; null where that cannot be known. */
type Raised = Record<Flag, boolean | null>

/** Adds a request: its flags, the first time that the user raises them, and the user, once per randomisation. */
export function observeRequest(observed: ObservedEntry, entry: RequestEntry, memory: UnitMemory): UnitMemory {
  const { evidence, arm, stage, tokenEvidence } = observed
  enter(evidence, observed, { stage, at: entry.receivedAt })
  const latencyMs = amount(entry.latencyMs)
  const costUsd = amount(entry.costUsd)
  const raised = raisedBy(observed, entry, { latencyMs, costUsd, memory })
  countRequest(evidence.sums.arms[arm], entry, { latencyMs, costUsd, slow: raised.slowAny })
  countFor(observed, entry, memory)
  const flagged = addFlags(observed, raised, markCandidate(observed, entry, memory))
  const next = addCost(observed, isStageWarm(observed, entry) ? costUsd : null, addUser(observed, flagged))
  const { usual } = tokenEvidence
  for (const sketches of usual ? [evidence.sums.sketches, usual.sketches] : [evidence.sums.sketches])
    if (arm === 'incumbent') addToSketches(sketches, latencyMs, costUsd)
  renewLimits(evidence.limits, evidence.sums.sketches, entry.receivedAt)
  if (usual) renewLimits(usual.limits, usual.sketches, entry.receivedAt, ofOneToken)
  countInWindow(observed, entry)
  evidence.lastRequestAt = entry.receivedAt
  evidence.askedAt[arm] = entry.receivedAt
  evidence.unjudged += 1
  return next
}

function countInWindow(observed: ObservedEntry, { error, captured }: RequestEntry): void {
  const { evidence, arm, stage } = observed
  const { window } = evidence
  if (stage !== window.stage) return
  window.staged[arm] += 1
  if (arm === 'canary') window.canary.requests += 1
  if (captured && error === null)
    for (const { asked } of accountsOf(observed, evidence.sums.score, ({ score }) => score)) asked[arm] += 1
}

/**
 * A request is slow, or dear, by what is usual for the token that reports it; until that is known, by what is for all.
 */
function limitsFor({ evidence, tokenEvidence: { usual } }: ObservedEntry): Limits {
  if (!usual) return evidence.limits
  const { slowMs, costCapUsd } = evidence.limits
  return { ...usual.limits, slowMs: usual.limits.slowMs ?? slowMs, costCapUsd: usual.limits.costCapUsd ?? costCapUsd }
}

/**
 * So many times as slow as a slow request is one that hangs: a tail that grows longer is not seen in the share of slow
 * ones.
 */
const stalledTimes = 3

interface Measured {
  latencyMs: number | null
  costUsd: number | null
}

/** What sums survive; null for what is not known, was not reported or is impossible. */
function amount(value: number | null | undefined): number | null {
  return typeof value === 'number' && value >= 0 && value <= mostMeasured ? value : null
}

function raisedBy(
  observed: ObservedEntry,
  entry: RequestEntry,
  { latencyMs, costUsd, memory }: Measured & { memory: UnitMemory },
): Raised {
  const { slowMs, costCapUsd } = limitsFor(observed)
  const warm = isStageWarm(observed, entry)
  const timed = warm && isComparable(observed, entry)
  const times = !timed || latencyMs === null || slowMs === null ? null : latencyMs / slowMs
  const settled = times !== null && isSettled(observed, entry, memory) ? times : null
  return {
    errors: entry.error !== null,
    safety: entry.refusal || entry.invalid,
    slow: settled === null ? null : settled > 1,
    stalled: settled === null ? null : settled > stalledTimes,
    slowAny: times === null ? null : times > 1,
    overCost: !warm || costUsd === null || costCapUsd === null ? null : costUsd > costCapUsd,
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
  const [steps, calls] = [amount(entry.steps), amount(entry.calls)]
  if (steps !== null) {
    arm.withSteps = (arm.withSteps ?? 0) + 1
    arm.steps = (arm.steps ?? 0) + steps
  }
  if (calls !== null) {
    arm.withCalls = (arm.withCalls ?? 0) + 1
    arm.calls = (arm.calls ?? 0) + calls
  }
}

function addFlags(observed: ObservedEntry, raised: Raised, memory: UnitMemory): UnitMemory {
  const known = flagsKnown(observed, memory)
  const fresh: Flag[] = []
  const recent: Flag[] = []
  for (const flag of flags) {
    const flagged = raised[flag]
    if (flagged === null) continue
    addRates(observed, { flag, flagged, before: known.staged[flag] ?? 0 })
    if (!known.ever.includes(flag) && addFirst(observed, flag, flagged)) fresh.push(flag)
    if (!known.recent.includes(flag) && addRecent(observed, flag, flagged)) recent.push(flag)
  }
  return withFlags(observed, memory, { raised, fresh, recent })
}

interface KnownFlags {
  ever: readonly Flag[]
  recent: readonly Flag[]
  staged: Partial<Record<Flag, number>>
}

function flagsKnown(
  { evidence: { window }, stage, arm }: ObservedEntry,
  { flags = [], recent, staged }: UnitMemory,
): KnownFlags {
  const isStaged = staged?.stage === stage && staged.arm === arm
  return {
    ever: flags,
    recent: recent?.window === window.index ? recent.flags : [],
    staged: isStaged ? staged.flags : {},
  }
}

function addRates(
  observed: ObservedEntry,
  { flag, flagged, before }: { flag: Flag; flagged: boolean; before: number },
): void {
  const { arm, stage, evidence } = observed
  if (stage !== evidence.window.stage) return
  for (const sums of accountsOfFlag(observed, flag)) {
    addToRate(sums.stage[arm], flagged, before)
    addToRate(sums.lately[0][arm], flagged, before)
  }
}

/** A request of a user who has not raised the flag in this rollout. */
function addFirst(observed: ObservedEntry, flag: Flag, flagged: boolean): boolean {
  const { arm, stage, settings, evidence, tokenEvidence } = observed
  const share = stageShare(settings.stages, stage)
  const isPresent = stage === evidence.window.stage
  const counts = tokenEvidence.atRisk[flag].stage
  if (flagged) {
    const accounts = accountsOfFlag(observed, flag)
    const ratio = accounts.map((sums) => sums.ratio[stage])
    const exposed = accounts.map((sums) => sums.exposed[stage])
    betOnFlag(ratio, arm, share)
    betOnFlag(exposed, arm, isPresent ? exposedShare(counts, share) : share)
    for (const sums of accounts) sums.flagged[arm] += 1
  }
  if (isPresent) addExposure(counts, arm)
  return flagged
}

/** A request of a user who has not raised the flag in the present window. */
function addRecent(observed: ObservedEntry, flag: Flag, flagged: boolean): boolean {
  const { arm, stage, settings, evidence, tokenEvidence } = observed
  if (stage !== evidence.window.stage) return false
  const share = stageShare(settings.stages, stage)
  const counts = tokenEvidence.atRisk[flag].window
  if (flagged) {
    const accounts = accountsOfFlag(observed, flag)
    const ratio = accounts.map(({ recent }) => recent.ratio)
    const exposed = accounts.map(({ recent }) => recent.exposed)
    betOnFlag(ratio, arm, share)
    betOnFlag(exposed, arm, exposedShare(counts, share))
  }
  addExposure(counts, arm)
  return flagged
}

function withFlags(
  { evidence: { window, judge }, stage, arm }: ObservedEntry,
  memory: UnitMemory,
  { raised, fresh, recent }: { raised: Raised; fresh: readonly Flag[]; recent: readonly Flag[] },
): UnitMemory {
  const found = flags.filter((flag) => raised[flag])
  if (found.length === 0) return memory
  const next = { ...memory }
  if (fresh.length > 0) next.flags = [...(memory.flags ?? []), ...fresh]
  if (recent.length > 0) {
    const known = recentOf(memory, window.index)
    next.recent = { ...known, flags: [...known.flags, ...recent] }
  }
  if (stage === window.stage) {
    const known = stagedOf(memory, { stage, arm, judgeEpoch: judge.epoch })
    const counts = { ...known.flags }
    for (const flag of found) counts[flag] = (counts[flag] ?? 0) + 1
    next.staged = { ...known, flags: counts }
  }
  return next
}

function accountsOfFlag(observed: ObservedEntry, flag: Flag): FlagSums[] {
  const whole = observed.evidence.sums.flags[flag]
  return flag === 'overCost' ? [whole] : accountsOf(observed, whole, ({ flags }) => flags[flag])
}

/** What the token itself has seen, whoever else saw the same user before. */
function countFor(
  { settings, arm, stage, source, tokenEvidence }: ObservedEntry,
  { error, receivedAt }: RequestEntry,
  memory: UnitMemory,
): void {
  tokenEvidence.requests[arm] += 1
  tokenEvidence.firstAt ??= receivedAt
  tokenEvidence.lastAt = receivedAt
  if (error !== null) tokenEvidence.errors[arm] += 1
  const before = assignmentSeenBy(memory, source)
  if (freshShare(settings.stages, before, stage) === undefined) return
  const cell = tokenEvidence.assigned[stage]?.[before ? before.stage + 1 : 0]
  if (cell) cell[arm === 'canary' ? 1 : 0] += 1
  if (before?.arm !== arm) tokenEvidence.users[arm] += 1
}

/** Counts the user, once per randomisation. */
function addUser(observed: ObservedEntry, memory: UnitMemory): UnitMemory {
  const { evidence, settings, arm, stage, source } = observed
  const { exposed, by = 0, seenBy } = memory
  const pi = freshShare(settings.stages, exposed, stage)
  if (pi === undefined) return withAssignment(observed, memory)
  if (exposed?.arm !== arm) {
    evidence.sums.arms[arm].users += 1
    for (const users of accountsOf(observed, null, ({ users }) => users)) if (users) users[arm] += 1
  }
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
function withAssignment({ settings, arm, stage, source }: ObservedEntry, memory: UnitMemory): UnitMemory {
  if (freshShare(settings.stages, assignmentSeenBy(memory, source), stage) === undefined) return memory
  return { ...memory, seenBy: { ...memory.seenBy, [source]: { stage, arm } } }
}

/** What the first request of a randomisation cost that is in no warm-up of the stage. */
function addCost(observed: ObservedEntry, costUsd: number | null, memory: UnitMemory): UnitMemory {
  const { evidence, settings, arm, stage } = observed
  const cap = limitsFor(observed).costCapUsd
  const pi = freshShare(settings.stages, memory.priced, stage)
  if (costUsd === null || cap === null || pi === undefined) return memory
  const { cost } = evidence.sums
  const x = Math.min(costUsd, cap) / cap
  const expected = expectIncumbent(cost.history, costPrior, costVarianceFloor)
  const ratio = settings.costRatio
  betCostRatio(cost.wealth, { canary: arm === 'canary', pi, x }, expected, { ratio, grid: costRatios.grid })
  if (arm === 'incumbent') addIncumbent(cost.history, x)
  return { ...memory, priced: { stage, arm } }
}
