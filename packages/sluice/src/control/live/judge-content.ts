import { z } from 'zod'
import type { Ask } from '../../core/answers/ask.ts'
import type { ModelRequest } from '../../core/providers/provider.ts'
import { caseScore } from '../../core/scorers/case-score.ts'
import { type AnswerModes, createJudge } from '../../core/scorers/judge/judge.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import { storedJudgeSettings } from '../../core/suite/config/judge-settings.ts'
import { render } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import type { StoredContent } from '../../records/content.ts'
import type { VersionRecord } from '../../records/version.ts'

const judgedSchema = z.looseObject({
  judgeId: z.string(),
  score: z.number().min(0).max(1).nullable(),
  costUsd: z.number().nullable(),
})

/** The judge's result, stored with the content; `score` is null if the judge abstained. */
export type JudgedContent = z.output<typeof judgedSchema> & { items?: unknown }

/** The stored judgement; undefined if there is none. */
export function earlierJudgement({ judgement }: StoredContent): JudgedContent | undefined {
  return judgement === null ? undefined : judgedSchema.parse(judgement)
}

/**
 * Judges a production answer as the gate judges a case: with the same code, rubric and judge id.
 * @throws JudgeError; ProviderError; TemplateError if the reported input lacks a variable of the prompt
 */
export async function judgeContent(
  { id, input, output }: StoredContent,
  { content, rubric, judge: settings }: VersionRecord,
  { ask, modes }: { ask: Ask<ModelRequest>; modes: AnswerModes },
): Promise<JudgedContent> {
  if (!settings) throw new SluiceError('invalid-input', `version ${content.id} was published without a judge`)
  const judge = createJudge({
    ...storedJudgeSettings(settings),
    modes,
    ask,
  })
  const subject = { case: productionCase(id, input), output }
  const messages = content.messages.map(({ role, content: text }) => ({
    role,
    content: render(text, input, { strict: content.strict }),
  }))
  const { strict } = content
  const judgement = await judge.score(subject, { rubric, choices: [], strict, input: messages, repeat: 1 })
  const score = caseScore([], judgement).score ?? null
  return { judgeId: judge.id, score, costUsd: judgement.costUsd ?? null, items: judgement.items }
}

/** A production request as a case, without expectations. */
function productionCase(id: string, vars: Record<string, unknown>): Case {
  return { id, vars, checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 }
}
