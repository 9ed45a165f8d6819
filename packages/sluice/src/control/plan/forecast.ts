import type { ProofStrength, Rollout } from '../../records/rollout/rollout.ts'
import { ppmPerWhole, type RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { seededRandom } from '../../stats/index.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import { isPatienceOver, runningMs, sharePpm } from '../release/rollout-state.ts'
import type { Assessment } from '../rollout/assessment/assessment.ts'
import { decideRollout, type Findings } from '../rollout/assessment/decision.ts'
import { signalEvidence } from '../rollout/assessment/signal-evidence.ts'
import { isSoaked, longestSilenceMs, unwatched } from '../rollout/assessment/soak.ts'
import { lackingData, openSignals } from '../rollout/assessment/stage-requirements.ts'
import { weakCase } from '../rollout/assessment/weak-promotion.ts'
import type { Evidence } from '../rollout/evidence/evidence.ts'
import { decidingSums } from '../rollout/evidence/tokens.ts'
import { combinedLogE } from '../rollout/statistics/e-value.ts'
import type { Matching } from '../rollout/statistics/sample-ratio.ts'
import { type Difference, SimulatedHours } from './simulated-hours.ts'
import type { Traffic } from './traffic.ts'
import { oneFuture } from './traffic-course.ts'

/**
 * How a rollout ends, and after how many hours. `gaveUp`: patience ended without evidence, and the settings roll back
 * then.
 */
export interface End {
  how: ProofStrength | 'rolledBack' | 'gaveUp'
  hours: number
  /** Users of the canary. */
  users: number
  /** Judged answers of both arms until then. */
  judged: number
}

/** Shares of the canaries of one kind after `hours`. */
export interface By {
  hours: number
  strong: number
  /** Promoted by time alone. */
  time: number
  weak: number
  rolledBack: number
  undecided: number
}

/** The forecast for canaries that are worse by a multiple of the margin. */
interface Outlook {
  /** Multiple of the margin; 0: as good as the incumbent. */
  worseBy: number
  /** Change of the mean score, or, if the score has no weight, of the error rate. */
  drop: number
  by: By[]
  /** Hours until half of them have ended; null if fewer do. */
  medianHours: number | null
}

export interface Forecast {
  schema: 'sluice.canary-forecast/1'
  runs: number
  outlooks: Outlook[]
}

const horizons = [24, 48, 96]
const multiples = [0, 0.5, 1, 2]
/** A Thursday, 00:00 UTC. */
const usualStart = Date.UTC(2026, 0, 1)

/**
 * What this traffic can decide, and when. It applies the rules of the engine to sums that are drawn for whole hours.
 *
 * @param start start of the rollout, in ms since the epoch, since quiet hours depend on it
 */
export function forecast(
  traffic: Traffic,
  settings: RolloutSettings,
  { runs = 100, seed = 1, start = usualStart }: { runs?: number; seed?: number; start?: number } = {},
): Forecast {
  const scored = settings.signals.score > 0 && traffic.judged > 0
  const margin = scored ? settings.margin : settings.flagMargin
  const outlooks = multiples.map((worseBy) => {
    const drop = worseBy * margin
    const difference = { drop: scored ? drop : 0, errors: scored ? 0 : drop, latency: 1 }
    const lasts = horizons.at(-1) ?? 0
    const ends = Array.from({ length: runs }, (_, run) =>
      playRollout(traffic, settings, { difference, seed: seedOf(seed, run), start, lasts }),
    )
    return { worseBy, drop, by: horizons.map((hours) => sharesBy(ends, hours)), medianHours: medianOf(ends) }
  })
  return { schema: 'sluice.canary-forecast/1', runs, outlooks }
}

/** A run has the same seed in every forecast, so that two of the same rollout say the same. */
export function seedOf(seed: number, run: number): number {
  return seed * 100_000 + run
}

function sharesBy(ends: readonly (End | null)[], hours: number): By {
  const share = (...hows: End['how'][]) =>
    ends.filter((end) => end && hows.includes(end.how) && end.hours <= hours).length / ends.length
  const promoted = { strong: share('strong'), time: share('time'), weak: share('weak') }
  const rolledBack = share('rolledBack', 'gaveUp')
  const undecided = 1 - promoted.strong - promoted.time - promoted.weak - rolledBack
  return { hours, ...promoted, rolledBack, undecided }
}

function medianOf(ends: readonly (End | null)[]): number | null {
  const sorted = ends.map((end) => end?.hours ?? Infinity).toSorted((a, b) => a - b)
  const middle = sorted[Math.ceil(sorted.length / 2) - 1] ?? Infinity
  return Number.isFinite(middle) ? middle : null
}

/** Assesses every hour on the first day, every second hour on three more, and more rarely later. */
const stepAfter = (hours: number) => (hours < 24 ? 1 : hours < 96 ? 2 : 6)

export interface Course {
  difference: Difference
  seed: number
  /** ms since the epoch. */
  start: number
  /** Length in hours. */
  lasts: number
  /** Where it begins; by default in its first stage. */
  from?: Begun
}

/** A rollout that has entered a stage, and left it neither by an end nor for the next one since. */
export interface Begun {
  stage: number
  /** Hours in it, of which `start` is the beginning. */
  hours: number
  /** Hours before `start` in which it ran. */
  before: number
  /** Hours in each earlier stage. */
  earlier: readonly number[]
}

/** Where a rollout stands. In a stage that is not soaked yet only watched time has brought it nearer to its end. */
export function begunOf(rollout: Rollout, assessment: Pick<Assessment, 'soak'> | null, now: number): Begun {
  const { stage, settings, enteredAt } = rollout
  const ran = runningMs(rollout, now)
  const inStage = Math.min(ran, Math.max(0, now - (enteredAt.at(-1) ?? now)))
  const soaked = assessment?.soak?.stage === stage ? assessment.soak.soakedMs : 0
  const isSoaked = soaked >= (settings.stages[stage]?.soakMs ?? 0)
  const watched = isSoaked ? inStage : Math.min(inStage, soaked)
  const earlier = enteredAt.slice(0, stage).map((at, i) => Math.max(0, (enteredAt[i + 1] ?? now) - at) / hourMs)
  return { stage, hours: watched / hourMs, before: Math.max(0, ran - watched) / hourMs, earlier }
}

export const newlyBegun: Begun = { stage: 0, hours: 0, before: 0, earlier: [] }

/**
 * Runs one rollout to its end, or until `lasts`; null if it has not ended by then, `left` if it leaves the stage in
 * which it is known to be too early.
 */
export function playRollout(
  traffic: Traffic,
  settings: RolloutSettings,
  course: Course & { from: Begun },
): End | null | 'left'
export function playRollout(traffic: Traffic, settings: RolloutSettings, course: Course): End | null
export function playRollout(traffic: Traffic, settings: RolloutSettings, course: Course): End | null | 'left' {
  const { difference, seed, start, lasts, from = newlyBegun } = course
  const rollout = rolloutOf(settings, start, from)
  const simulated = new SimulatedHours(rollout, oneCourse(traffic, seed), difference, seededRandom(seed))
  passEarlier(simulated, rollout, from)
  const met = () => ({ users: simulated.evidence.sums.arms.canary.users, judged: simulated.judgedAnswers })
  let soakedMs = 0
  let refused: readonly string[] | null = null
  for (let hours = 0; hours < lasts; ) {
    const step = Math.min(stepAfter(hours), lasts - hours)
    hours += step
    const now = start + hours * hourMs
    simulated.pass(rollout, step, now)
    soakedMs += step * hourMs * watchedShare(traffic, rollout)
    const decision = decideRollout(rollout, now, findingsOf(simulated.evidence, rollout, { now, soakedMs, refused }))
    const leaves = decision.do !== 'hold' && decision.do !== 'continue'
    if (leaves && hours <= from.hours) return 'left'
    if (decision.do === 'rollBack')
      return { how: decision.why === 'undecided' ? 'gaveUp' : 'rolledBack', hours, ...met() }
    if (decision.do === 'promote') return { how: decision.strength, hours, ...met() }
    if (decision.do === 'hold') refused = decision.refused ?? refused
    if (decision.do === 'advance') {
      rollout.stage += 1
      rollout.enteredAt.push(now)
      soakedMs = 0
    }
  }
  return null
}

/** The stages that it is known to have left, so that what they have shown is there. */
function passEarlier(simulated: SimulatedHours, rollout: Rollout, { stage, earlier }: Begun): void {
  for (const [index, hours] of earlier.entries()) {
    rollout.stage = index
    const begin = rollout.enteredAt[index] ?? 0
    for (let passed = 0; passed < hours; ) {
      const step = Math.min(stepAfter(passed), hours - passed)
      passed += step
      simulated.pass(rollout, step, begin + passed * hourMs)
    }
  }
  rollout.stage = stage
}

/** The traffic with one of its futures. More requests are of more users. */
function oneCourse(traffic: Traffic, seed: number): Traffic {
  if (!traffic.course) return traffic
  const { course, growth } = oneFuture(traffic.course, seed)
  return { ...traffic, course, users: traffic.users === null ? null : traffic.users * growth }
}

/** A single token without a sample ratio mismatch. */
const matching: Matching = {
  ...{ trusted: [0], doubtful: [], suspect: [], leftOut: 0 },
  ...{ mismatched: false, unevenlyJudged: false },
}

/** The findings of the engine that a decision needs. */
function findingsOf(
  evidence: Evidence,
  rollout: Rollout,
  { now, soakedMs, refused }: { now: number; soakedMs: number; refused: readonly string[] | null },
): Findings {
  const { settings } = rollout
  const { window, sums } = evidence
  const logE = combinedLogE(decidingSums(sums), { settings, window, suspect: false })
  const soaked = isSoaked(rollout, { ...unwatched(rollout), soakedMs })
  const late = isPatienceOver(rollout, now)
  const known = { matching, now }
  const signals = () => signalEvidence(evidence, rollout)
  return {
    ...{ mismatched: false, unevenlyJudged: false, frozenTooLong: false, judgeFails: false, disputed: false },
    ...{ worse: logE >= -Math.log(settings.alpha), soaked, overdue: false, unwatched: false, silent: false },
    refused,
    lacking: soaked || late ? lackingData(evidence, rollout, known).map(({ text }) => text) : [],
    unproven: soaked ? openSignals(evidence, rollout, known).map(({ signal }) => signal) : ['time'],
    weak: late
      ? weakCase(evidence, rollout, { signals: signals(), logE, disputed: false, suspect: false })
      : { barred: [], lacking: [], against: [] },
  }
}

/** The share of the time in which both arms have recent data. */
function watchedShare({ requestsPerDay }: Traffic, rollout: Rollout): number {
  const share = sharePpm(rollout) / ppmPerWhole
  const silence = longestSilenceMs(rollout) / dayMs
  const reportChance = (part: number) => 1 - Math.exp(-requestsPerDay * part * silence)
  return reportChance(share) * (share < 1 ? reportChance(1 - share) : 1)
}

function rolloutOf(settings: RolloutSettings, start: number, { stage, before, earlier }: Begun): Rollout {
  const startedAt = start - before * hourMs
  const enteredAt = [start]
  for (const hours of earlier.toReversed()) enteredAt.unshift((enteredAt[0] ?? start) - hours * hourMs)
  return {
    ...{ id: 'forecast', feature: 'forecast', incumbent: 'incumbent', canary: 'canary', salt: '' },
    ...{ algorithm: 'murmur3-x86-32/ppm', settings, stage, enteredAt, pausedMs: 0, pausedAt: null },
    ...{ status: 'running', hold: null, startedAt, startedBy: 'forecast', override: null, endedAt: null, ending: null },
  }
}
