import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { JudgeAttackReport } from '../../records/report/judge-attack-report.ts'
import { formatUsd } from '../../text/format.ts'
import { attackJudge } from '../judge-attack/attack-judge.ts'
import { resultSentence } from '../judge-attack/attack-text.ts'
import { keepAttack } from '../judge-attack/kept-attacks.ts'
import type { RunContext } from '../run/session.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'

/** The same outputs meet the same attacks every night. */
const usual = { carriers: 12, perAttack: 1, seed: 1 }

/**
 * Attacks the judge of a feature where `nightly.judgeAttack` asks for it; undefined where it does not, or nothing is
 * judged.
 */
export async function attackTonight(
  prompt: Prompt,
  suite: string,
  context: RunContext,
): Promise<JudgeAttackReport | undefined> {
  const { config } = context.project
  if (!config.nightly?.judgeAttack) return undefined
  const report = await attackJudge(prompt, { ...usual, suite, now: context.session.startedAt }, context)
  if (report) await keepAttack(config.root, report)
  return report
}

/** The verdict of a night whose judge was attacked: a judge that was fooled fails it, whatever the scores say. */
export function withAttack(verdict: FinalVerdict, report: JudgeAttackReport | undefined): FinalVerdict {
  if (report?.state !== 'fooled') return verdict
  const message = `The judge obeys what it reads: ${resultSentence(report)}. sluice judge attack ${report.feature} shows the outputs.`
  const others = verdict.verdict === 'pass' ? [] : verdict.reasons
  const reasons = [{ code: 'judge', message, tag: null, case: null }, ...others]
  return { verdict: 'fail', strength: 'strong', reasons, exitCode: 1 }
}

/** What a reader of the night must know of an attack that fails nothing. */
export function attackNotes(report: JudgeAttackReport | undefined): string[] {
  if (!report || report.state === 'fooled') return []
  const paid = `The attack cost ${formatUsd(report.cost.usd)}, beside the costs of the night.`
  if (report.state === 'no-carrier')
    return [`The judge was not attacked: it says no to none of ${report.carriers.tried} outputs. ${paid}`]
  return [`The judge was attacked tonight: ${resultSentence(report)}. ${paid}`]
}
