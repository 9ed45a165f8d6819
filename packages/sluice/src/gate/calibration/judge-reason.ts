import type { JudgeRequirements } from '../../core/suite/config/gate-settings.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import { calibrationSentence, versionSentence } from '../report/calibration-sentences.ts'
import type { VerdictReason } from '../verdict/reasons.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'

/** The judge that a verdict rests on. */
export interface RestsOn {
  feature: string
  /** Whether the judge was asked at all. */
  asked: boolean
  calibration: Calibration | null
}

/**
 * A verdict under `gate.judge.onUncalibrated`. A pass by a judge that labels do not show to be right is weak under `warn`,
 * and none under `block`. A judge that is shown to be kinder to one of the two versions by more than half of the margin
 * leaves no pass strong, whatever the setting. A fail stays one: nobody is let through by a doubt about the judge.
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
  if (final.verdict !== 'pass') return { ...final, reasons: [...final.reasons, ...doubts] }
  const reasons = [...doubts, ...final.reasons]
  if (onUncalibrated !== 'block') return { ...final, strength: 'weak', reasons }
  return { verdict: 'inconclusive', strength: 'weak', reasons, exitCode: 2 }
}

function reason(message: string): VerdictReason {
  return { code: 'judge', message, tag: null, case: null }
}
