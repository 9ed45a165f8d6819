import type { Ask } from '../../core/answers/ask.ts'
import type { ModelRequest } from '../../core/providers/provider.ts'
import { caseScore } from '../../core/scorers/case-score.ts'
import { type AnswerModes, createJudge } from '../../core/scorers/judge/judge.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { storedJudgeSettings } from '../../core/suite/config/judge-settings.ts'
import { fillTemplate } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import { type StoredContent, type StoredJudgement, storedJudgementSchema } from '../../records/content.ts'
import type { RubricItem } from '../../records/rubric.ts'
import type { VersionRecord } from '../../records/version.ts'

/** The stored judgement; undefined if there is none. */
export function earlierJudgement({ judgement }: StoredContent): StoredJudgement | undefined {
  return judgement === null ? undefined : storedJudgementSchema.parse(judgement)
}

/** An item of the rubric sees what is not stored of this request: its answer would be a guess, now and later. */
export class UnseenPart extends SluiceError {
  override readonly name = 'UnseenPart'
}

/**
 * Judges a production answer as the gate judges a case: with the same code, rubric and judge id.
 * @throws UnseenPart before anything is paid for; JudgeError; ProviderError; TemplateError if the reported input lacks
 * a variable of the prompt
 */
export async function judgeContent(
  content: StoredContent,
  { content: prompt, rubric, judge: settings }: VersionRecord,
  { ask, modes }: { ask: Ask<ModelRequest>; modes: AnswerModes },
): Promise<StoredJudgement> {
  if (!settings) throw new SluiceError('invalid-input', `version ${prompt.id} was published without a judge`)
  requireSeen(rubric, content)
  const { id, input, output, trajectory } = content
  const judge = createJudge({
    ...storedJudgeSettings(settings),
    modes,
    ask,
  })
  const subject = { case: productionCase(id, input), output, ...(trajectory && { trace: { trajectory } }) }
  const messages = prompt.messages.map(({ role, content: text }) => ({
    role,
    content: fillTemplate(text, input, { strict: prompt.strict }),
  }))
  const { strict } = prompt
  const judgement = await judge.score(subject, { rubric, choices: [], strict, input: messages, repeat: 1 })
  const score = caseScore([], judgement).score ?? null
  return { judgeId: judge.id, score, costUsd: judgement.costUsd ?? null, items: judgement.items }
}

/** Outcomes report a trajectory, and neither documents nor an end state. */
function requireSeen(
  rubric: readonly Pick<RubricItem, 'sees' | 'claims'>[],
  { trajectory, trajectoryLost }: StoredContent,
): void {
  const seen = rubric.flatMap(({ sees = [], claims }) => (claims?.in.includes('retrieved') ? 'retrieved' : sees))
  for (const part of seen) {
    if (part === 'output' || (part === 'trajectory' && trajectory)) continue
    const why = part === 'trajectory' && trajectoryLost !== undefined ? `: ${trajectoryLost}` : ''
    throw new UnseenPart('invalid-input', `no-${part}${why}`)
  }
}

/** A production request as a case, without expectations. */
function productionCase(id: string, vars: Record<string, unknown>): Case {
  return { id, vars, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 }
}
