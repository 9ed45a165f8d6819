import type { JudgeRequirements } from '../../core/suite/config/gate-settings.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { calibrationSentence, versionSentence } from '../report/calibration-notes.ts'
import type { Measured } from '../report/measured-feature.ts'
import type { VerdictReason } from '../verdict/reasons.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'

/** The judge that a verdict rests on. */
export interface RestsOn {
  feature: string
  /** Whether the judge was asked at all. */
  asked: boolean
  calibration: Calibration | null
}

/** What the verdict on a run rests on. */
export function restsOn({ feature, judge }: Pick<Measured, 'feature' | 'judge'>): RestsOn {
  return { feature, asked: judge !== null, calibration: judge?.calibration ?? null }
}

/**
 * A verdict under `gate.judge.onUncalibrated`; gate, comparison, night, upgrade and drill all ask here. A pass by a
 * judge that labels do not show to be right is weak under `warn`, and none under `block`, which lets no undecided run
 * through either. A judge that is shown to be kinder to one of the two versions by more than half of the margin leaves
 * no pass strong, whatever the setting. A fail stays one: nobody is let through by a doubt about the judge.
 */
export function withJudge(
  final: FinalVerdict,
  { feature, asked, calibration }: RestsOn,
  { onUncalibrated }: Pick<JudgeRequirements, 'onUncalibrated'>,
): FinalVerdict {
  if (!asked) return final
  const bias = calibration?.versionBias
  const isLimited = bias?.state === 'judge-limited'
  const isShown = calibration?.verdict === 'may gate'
  const doubts: VerdictReason[] = [
    ...(isLimited ? [reason(`Judge-limited: ${versionSentence(bias)}.`)] : []),
    ...(!isShown && onUncalibrated !== 'allow' ? [reason(calibrationSentence(calibration, feature))] : []),
  ]
  if (doubts.length === 0) return final
  if (final.verdict === 'fail') return { ...final, reasons: [...final.reasons, ...doubts] }
  const isPass = final.verdict === 'pass'
  const reasons = isPass ? [...doubts, ...final.reasons] : [...final.reasons, ...doubts]
  if (onUncalibrated !== 'block') return { ...final, strength: 'weak', reasons }
  const exitCode = final.exitCode === 0 ? 2 : final.exitCode
  return { verdict: 'inconclusive', strength: 'weak', reasons, exitCode }
}

/** What becomes of a strong pass; null where it stays one. */
export function doubtAboutPass(
  rests: RestsOn,
  requirements: Pick<JudgeRequirements, 'onUncalibrated'>,
): { message: string; blocks: boolean } | null {
  const { reasons, exitCode } = withJudge(strongPass, rests, requirements)
  const [first] = reasons
  return first ? { message: first.message, blocks: exitCode !== 0 } : null
}

const strongPass: FinalVerdict = { verdict: 'pass', strength: 'strong', reasons: [], exitCode: 0 }

function reason(message: string): VerdictReason {
  return { code: 'judge', message, tag: null, case: null }
}
