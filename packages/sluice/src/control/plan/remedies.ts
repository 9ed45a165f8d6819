import type { EndChances, EndForecast } from '../../records/rollout/end-chances.ts'
import type { LiveSettings, RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { hourMs } from '../../time-units.ts'
import { captureOf } from '../release/capture.ts'
import { soakTimes } from '../release/rollout-state.ts'
import { namedParts } from '../rollout/assessment/signal-names.ts'
import { type Effort, endForecast, harmOf } from './end-forecast.ts'
import { expectedTraffic, type GivenTraffic, type KnownFeature } from './expected-traffic.ts'
import { withoutScore } from './suited-settings.ts'
import type { Traffic } from './traffic.ts'

/** A change with which more canaries are decided. */
export interface Remedy {
  /** The change as one writes it. */
  change: string
  /** What it costs. */
  price: string
  asGood: EndChances
  worse: EndChances
}

/** A rollout as somebody asks for it, and what its version says. */
export interface AskedRollout {
  feature: KnownFeature & { live: Pick<LiveSettings, 'store' | 'judge'> }
  /** The version has a judge and questions, whether or not answers in production are judged. */
  hasJudge: boolean
  given: GivenTraffic
  /** Null: as the version says. */
  judgePercent: number | null
  settings: RolloutSettings
}

/** A change that is tried. */
interface Candidate {
  change: string
  price: string
  settings?: Partial<RolloutSettings>
  judgePercent?: number
  live?: { store: boolean; judge: Partial<LiveSettings['judge']> }
  /** Every request is from a new unit. */
  isBySession?: boolean
}

/** A change is told if it decides at least so many more of one kind. */
const leastChange = 0.2
const evenPpm = 500_000
/** What a prompt file may say at the most. */
const highestBudgetUsd = 1_000_000

/**
 * Which changes decide more canaries of the same kinds, by the same simulation, the best first; those that do not help
 * are left out. The harm stays what it was: a wider margin does not make the canary worse.
 */
export async function remedies(
  asked: AskedRollout,
  { start, without }: { start: number; without: EndForecast },
  effort: Effort,
): Promise<Remedy[]> {
  const traffic = trafficWith(asked, {})
  if (!traffic) return []
  const harm = harmOf(traffic, asked.settings)
  const found: Remedy[] = []
  for (const candidate of candidates(asked, traffic)) {
    if (effort.isOver()) break
    const expected = trafficWith(asked, candidate)
    const settings = { ...asked.settings, ...candidate.settings }
    const after = expected && (await endForecast(expected, settings, { start, harm }, effort))
    if (!after || !helps(after, without)) continue
    const { change, price } = candidate
    found.push({ change, price, asGood: after.asGood, worse: after.worse })
  }
  const decided = ({ asGood, worse }: Remedy) => asGood.promoted + worse.rolledBack - worse.promoted
  return found.toSorted((a, b) => decided(b) - decided(a))
}

/** What a rollout with this change is to expect, as it would be if somebody asked for it with the change. */
function trafficWith(
  { feature, hasJudge, given, judgePercent }: AskedRollout,
  change: Pick<Candidate, 'judgePercent' | 'live' | 'isBySession'>,
): Traffic | null {
  const live = { ...feature.live, ...change.live, judge: { ...feature.live.judge, ...change.live?.judge } }
  const isJudged = hasJudge && captureOf(live) !== null
  const known = expectedTraffic({ ...feature, live, isJudged }, given, change.judgePercent ?? judgePercent)
  return known && { ...known.expected, ...(change.isBySession && { users: null }) }
}

/** It must prove more good canaries, or find more bad ones; that more good ones are rolled back is no help. */
function helps(after: EndForecast, before: EndForecast): boolean {
  return (
    after.asGood.promoted - before.asGood.promoted >= leastChange ||
    after.worse.rolledBack - before.worse.rolledBack >= leastChange
  )
}

function candidates(asked: AskedRollout, traffic: Traffic): Candidate[] {
  const { signals, patience } = asked.settings
  const wider = widerMargins(asked.settings)
  const half = halfAtOnce(asked.settings)
  const judged = allJudged(asked, traffic)
  const unscored = withoutScore(signals)
  const longerHours = Math.ceil((2 * Math.max(patience, soakTimes(asked.settings))) / hourMs)
  const some: (Candidate | undefined | false)[] = [
    ...[wider, half, judged],
    signals.score > 0 &&
      traffic.judged === 0 && {
        change: `signals: {${weights(unscored)}}`,
        price: 'quality is not watched',
        settings: { signals: unscored },
      },
    traffic.users !== null && {
      change: 'the session as the unit instead of the user',
      price: 'a user meets both versions, in one session after the other',
      isBySession: true,
    },
    // Without any other signal nothing would be proven, but by time alone.
    (signals.slow > 0 || signals.safety > 0) &&
      (signals.score > 0 || signals.errors > 0) && {
        change: 'fewer signals (signals.slow: 0, signals.safety: 0)',
        price: `${namedParts(['slow', 'safety']).text} are not watched`,
        settings: { signals: { ...signals, slow: 0, safety: 0 } },
      },
    {
      change: `patience: ${longerHours}h`,
      price: 'it takes longer',
      settings: { patience: longerHours * hourMs },
    },
    (half || judged) && together([wider, half, judged].flatMap((one) => one ?? [])),
  ]
  return some.flatMap((one) => one || [])
}

function widerMargins({ margin, flagMargin }: RolloutSettings): Candidate {
  const wide = { margin: Math.min(1, 2 * margin), flagMargin: Number(Math.min(1, 3 * flagMargin).toPrecision(3)) }
  return {
    change: `margin: ${wide.margin}, flagMargin: ${wide.flagMargin}`,
    price: `a canary worse by up to ${wide.margin} may be promoted by proof`,
    settings: wide,
  }
}

/** Absent where the rollout has that one stage alone. */
function halfAtOnce({ stages }: RolloutSettings): Candidate | undefined {
  const last = stages.at(-1)
  if (!last || (stages.length === 1 && last.ppm === evenPpm)) return undefined
  return {
    change: '50 % of the users at once',
    price: 'half of the users meet a bad canary',
    settings: { stages: [{ ...last, ppm: evenPpm }] },
  }
}

/** With what it takes: a prompt file that lets answers be stored and judged, and a budget. Absent without a judge. */
function allJudged(
  { feature: { live, isJudged }, hasJudge, settings }: AskedRollout,
  { judged, judgedIncumbents, judgeUsd, requestsPerDay }: Traffic,
): Candidate | undefined {
  if (!hasJudge || settings.signals.score === 0 || Math.min(judged, judgedIncumbents) >= 1) return undefined
  const dailyUsd = judgeUsd === null ? null : Math.ceil(requestsPerDay * judgeUsd * 100) / 100
  const isDearer = dailyUsd !== null && dailyUsd > live.judge.budgetUsdPerDay
  if (isDearer && dailyUsd > highestBudgetUsd) return undefined
  const isNoneWanted = live.store && !isJudged
  const needed = [
    ...(live.store ? [] : ['live.store: true']),
    ...(isNoneWanted ? ['live.judge.percent: 100'] : []),
    ...(isDearer ? [`live.judge.budgetUsdPerDay: ${dailyUsd}`] : []),
  ]
  return {
    change: `${needed.length === 0 ? '' : `${needed.join(', ')}, and `}all is judged (judgePercent: 100)`,
    price: `${live.store ? '' : 'inputs and outputs are stored, and '}${dailyUsd === null ? 'the judge costs more' : `about ${dailyUsd.toFixed(2)} USD a day`}`,
    judgePercent: 100,
    live: {
      store: true,
      judge: { ...(isNoneWanted && { percent: 100 }), ...(isDearer && { budgetUsdPerDay: dailyUsd }) },
    },
  }
}

/** Several changes of which no two change the same. */
function together(changes: readonly Candidate[]): Candidate {
  return {
    ...Object.assign({}, ...changes),
    change: changes.map(({ change }) => change).join(', '),
    price: changes.map(({ price }) => price).join('; '),
    settings: Object.assign({}, ...changes.map(({ settings }) => settings)),
  }
}

/** `score: 0, errors: 0.5, ...`, as one writes it: a weight that is left out has its default. */
function weights({ feedback, ...others }: RolloutSettings['signals']): string {
  const shown = Object.entries({ ...others, ...(feedback > 0 && { feedback }) })
  return shown.map(([signal, weight]) => `${signal}: ${weight}`).join(', ')
}
