import type { EndChances, EndForecast } from '../../records/rollout/end-chances.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { hourMs } from '../../time-units.ts'
import { soakTimes } from '../release/rollout-state.ts'
import { type Effort, endForecast, harmOf } from './end-forecast.ts'
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

/** A change that is tried. */
interface Candidate {
  change: string
  price: string
  traffic?: Partial<Traffic>
  settings?: Partial<RolloutSettings>
}

/** A change is told if it decides at least so many more of one kind. */
const leastChange = 0.2
const evenPpm = 500_000

/**
 * Which changes decide more canaries of the same kinds, by the same simulation, the best first; those that do not help
 * are left out. The harm stays what it was: a wider margin does not make the canary worse.
 */
export async function remedies(
  traffic: Traffic,
  settings: RolloutSettings,
  { start, without }: { start: number; without: EndForecast },
  effort: Effort,
): Promise<Remedy[]> {
  const harm = harmOf(traffic, settings)
  const found: Remedy[] = []
  for (const { change, price, ...other } of candidates(traffic, settings)) {
    if (effort.isOver()) break
    const changed = { ...settings, ...other.settings }
    const after = await endForecast({ ...traffic, ...other.traffic }, changed, { start, harm }, effort)
    if (after && helps(after, without)) found.push({ change, price, asGood: after.asGood, worse: after.worse })
  }
  const decided = ({ asGood, worse }: Remedy) => asGood.promoted + worse.rolledBack - worse.promoted
  return found.toSorted((a, b) => decided(b) - decided(a))
}

/** It must prove more good canaries, or find more bad ones; that more good ones are rolled back is no help. */
function helps(after: EndForecast, before: EndForecast): boolean {
  return (
    after.asGood.promoted - before.asGood.promoted >= leastChange ||
    after.worse.rolledBack - before.worse.rolledBack >= leastChange
  )
}

function candidates(traffic: Traffic, settings: RolloutSettings): Candidate[] {
  const { margin, flagMargin, signals, stages, patience } = settings
  const last = stages.at(-1)
  const longer = 2 * Math.max(patience, soakTimes(settings))
  const wide = { margin: Math.min(1, 2 * margin), flagMargin: Number(Math.min(1, 3 * flagMargin).toPrecision(3)) }
  const half = last && last.ppm !== evenPpm ? [{ ...last, ppm: evenPpm }] : undefined
  const isUnjudged = signals.score > 0 && traffic.judged === 0
  const unscored = withoutScore(signals)
  const all = { judged: 1, judgedIncumbents: 1 }
  const judgesMore = signals.score > 0 && Math.min(traffic.judged, traffic.judgedIncumbents) < 1
  const everything: Candidate[] = [
    {
      ...{ change: `margin: ${wide.margin}, flagMargin: ${wide.flagMargin}`, settings: wide },
      price: `a canary worse by up to ${wide.margin} may be promoted by proof`,
    },
    ...(half
      ? [
          {
            change: '50 % of the users at once',
            price: 'half of the users meet a bad canary',
            settings: { stages: half },
          },
        ]
      : []),
    ...(judgesMore
      ? [
          {
            change: traffic.judged === 0 ? 'live.store: true, and all is judged' : 'all is judged (judgePercent: 100)',
            price: costText(traffic),
            traffic: all,
          },
        ]
      : []),
    ...(isUnjudged
      ? [
          {
            change: `signals: {${weights(unscored)}}`,
            price: 'quality is not watched',
            settings: { signals: unscored },
          },
        ]
      : []),
    ...(traffic.users === null
      ? []
      : [
          {
            change: 'the session as the unit instead of the user',
            price: 'a user meets both versions, in one session after the other',
            traffic: { users: null },
          },
        ]),
    // Without any other signal nothing would be proven, but by time alone.
    ...((signals.slow > 0 || signals.safety > 0) && (signals.score > 0 || signals.errors > 0)
      ? [
          {
            change: 'fewer signals (signals.slow: 0, signals.safety: 0)',
            price: 'slowness and refusals are not watched',
            settings: { signals: { ...signals, slow: 0, safety: 0 } },
          },
        ]
      : []),
    {
      change: `patience: ${Math.round(longer / hourMs)}h`,
      price: 'it takes longer',
      settings: { patience: longer },
    },
  ]
  const together: Candidate = {
    change: ['the wider margins', ...(half ? ['50 % at once'] : []), ...(judgesMore ? ['all judged'] : [])].join(', '),
    price: 'the price of each',
    traffic: judgesMore ? all : {},
    settings: { ...wide, ...(half && { stages: half }) },
  }
  return half || judgesMore ? [...everything, together] : everything
}

/** `score: 0, errors: 0.5, ...`, as one writes it. */
function weights(signals: RolloutSettings['signals']): string {
  const shown = Object.entries(signals).filter(([signal, weight]) => weight > 0 || signal === 'score')
  return shown.map(([signal, weight]) => `${signal}: ${weight}`).join(', ')
}

function costText({ requestsPerDay, judgeUsd }: Traffic): string {
  return judgeUsd === null ? 'the judge costs more' : `about ${(requestsPerDay * judgeUsd).toFixed(2)} USD a day`
}
