import { eValueOf, eValueText } from '../../../charts/evidence-scale.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { formatPoints, formatPpm, formatScore } from '../../../text/format.ts'
import { sharePpm } from '../../release/rollout-state.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { decidingSums } from '../evidence/tokens.ts'
import { type Estimate, estimates, isWorseLately, provenSignals } from '../statistics/estimates.ts'
import type { SignalEvidence } from './assessment.ts'
import { signalNames } from './signal-names.ts'

/**
 * The rule for a canary that is proven neither good nor bad when the patience is over: it may be promoted weakly where
 * it seems to be worse by no more than a part of each margin, with little evidence against it, and enough have met it.
 */
const weakRule = { partOfMargin: 2 / 3, evidence: 5, users: 100, judged: 20, sharePpm: 200_000 }

/** What stands against a weak promotion, in words. */
export interface WeakCase {
  /** Makes it impossible as things are: the rule is not asked. */
  barred: string[]
  /** Data without which it is not asked yet. */
  lacking: string[]
  /** What it then finds; nothing: the canary is promoted. */
  against: string[]
}

interface Known {
  signals: readonly SignalEvidence[]
  /** Log evidence against the canary, of all tokens. */
  logE: number
  disputed: boolean
  /** One arm may be judged more often than the other. */
  suspect: boolean
}

export function weakCase(evidence: Evidence, rollout: Rollout, { signals, logE, disputed, suspect }: Known): WeakCase {
  const { settings, stage } = rollout
  const ppm = sharePpm(rollout)
  const isLast = stage + 1 >= settings.stages.length
  const barred = [
    !isLast && ppm < weakRule.sharePpm && `${formatPpm(ppm)} of the users are too few to go by`,
    disputed &&
      (evidence.testimony.length > 1 ? 'tokens disagree about it' : 'what speaks against it comes from one source'),
    suspect && 'one arm may be judged more often than the other',
  ]
  const found = estimates(evidence, settings)
  const worse = found.flatMap((one) => tooMuchWorse(one) ?? [])
  return {
    barred: barred.filter((text) => text !== false),
    lacking: [...lackingFor(evidence, rollout), ...(worse.length > 0 ? [] : worseLately(evidence, rollout.settings))],
    against: [...worse, ...tooMuchEvidence(signals, logE)],
  }
}

/** What began in the last hours may be harm: it is waited until they show none, or it is rolled back. */
function worseLately({ sums }: Evidence, settings: RolloutSettings): string[] {
  const one = decidingSums(sums)
  return provenSignals.flatMap((signal) =>
    settings.signals[signal] > 0 && isWorseLately(one, signal, settings)
      ? [`in the last hours alone ${signalNames[signal]} seems worse by its margin`]
      : [],
  )
}

function lackingFor({ sums: { arms } }: Evidence, { settings: { minUsers, signals } }: Rollout): string[] {
  const needed: [number, number, string][] = [
    [arms.canary.users, Math.max(weakRule.users, minUsers), 'users of the canary'],
    ...(['canary', 'incumbent'] as const).map((arm): [number, number, string] => [
      arms[arm].scores.users,
      signals.score > 0 ? weakRule.judged : 0,
      `judged users of the ${arm}`,
    ]),
  ]
  return needed.flatMap(([count, least, what]) => (count < least ? [`${count} of ${least} ${what}`] : []))
}

function tooMuchWorse({ signal, worseBy, margin }: Estimate): string | undefined {
  const most = weakRule.partOfMargin * margin
  const shown = signal === 'score' ? formatScore : formatPoints
  if (worseBy === null) return `nothing is known of ${signalNames[signal]}`
  return worseBy < most
    ? undefined
    : `${signalNames[signal]} seems worse by ${shown(worseBy)}, and ${shown(most)} is too much`
}

function tooMuchEvidence(signals: readonly SignalEvidence[], logE: number): string[] {
  const most = Math.log(weakRule.evidence)
  const found = signals.filter((one) => one.weight > 0 && (one.logE ?? 0) > most)
  const texts = found.map(
    (one) => `the evidence against ${signalNames[one.signal]} is at ${eValueText(eValueOf(one.logE ?? 0))}`,
  )
  const all =
    logE > most && found.length === 0 ? [`the evidence against the canary is at ${eValueText(eValueOf(logE))}`] : []
  return [...texts, ...all].map((text) => `${text}, and ${weakRule.evidence} is too much`)
}
