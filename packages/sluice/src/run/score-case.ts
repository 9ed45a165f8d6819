import type { Completion, ModelRequest } from '../providers/provider.ts'
import { ProviderError } from '../providers/provider-error.ts'
import { type Check, CheckError } from '../scorers/check.ts'
import { type Judge, JudgeError } from '../scorers/judge.ts'
import { scoreOutput } from '../scorers/score-output.ts'
import type { Case } from '../suite/case.ts'
import type { Message } from '../suite/model.ts'
import type { Prompt } from '../suite/prompt.ts'
import { render } from '../suite/template.ts'
import type { CaseDetail, CaseState } from './case-record.ts'
import type { ScoreCase } from './evaluate.ts'

/** How one version's answers come about and are scored. */
export interface Scoring {
  /** The version whose messages are sent. */
  version: Prompt
  /** The prompt whose checks and rubric apply: the candidate's, for both versions. */
  measure: Prompt
  generate(request: ModelRequest, testCase: Case, repeat: number): Promise<Completion>
  checksOf(testCase: Case): Check[]
  judge: Judge | undefined
  signal: AbortSignal
}

/** Makes the function that answers and scores one case. Faults of a case become its state, never a score of 0. */
export function createScoreCase({ version, measure, generate, checksOf, judge, signal }: Scoring): ScoreCase {
  return async (testCase, repeat) => {
    const input = renderMessages(version, testCase)
    const request: ModelRequest = {
      model: version.model,
      messages: input,
      parameters: version.parameters,
      format: version.format,
    }
    const asked = { input: input.at(-1)?.content ?? '' }
    let answer: Completion
    try {
      answer = await generate(request, testCase, repeat)
    } catch (error) {
      return { ...failure(error, 'modelError'), ...asked }
    }
    const told = { output: answer.output, ...defined('latencyMs', answer.latencyMs) }
    try {
      const scored = await scoreOutput({
        subject: { case: testCase, ...told, ...defined('costUsd', answer.costUsd) },
        checks: checksOf(testCase),
        rubric: [...measure.rubric, ...testCase.rubric],
        choices: measure.choices,
        judge,
        strict: measure.strict,
        input,
        repeat,
        signal,
      })
      const costUsd = sum(answer.costUsd, scored.judgement ? scored.judgement.costUsd : 0)
      return {
        state: scored.state,
        ...defined('score', scored.score),
        ...asked,
        ...told,
        checks: scored.checks,
        judge: scored.judgement?.items ?? [],
        ...defined('costUsd', costUsd),
        ...defined('answerUsd', answer.costUsd),
      }
    } catch (error) {
      return { ...failure(error, error instanceof CheckError ? 'checkError' : 'judgeError'), ...asked, ...told }
    }
  }
}

/** The messages of a version with the case's variables in them, each substituted once. */
function renderMessages(version: Prompt, testCase: Case): Message[] {
  return version.messages.map(({ role, content }) => ({
    role,
    content: render(content, testCase.vars, { strict: version.strict }),
  }))
}

/** The state of a case that could not be scored; errors that concern the whole run are passed on. */
function failure(error: unknown, state: CaseState): CaseDetail {
  const isOfCase = error instanceof ProviderError || error instanceof JudgeError || error instanceof CheckError
  if (!isOfCase || (error instanceof ProviderError && error.fatal)) throw error
  const outOfBudget = error instanceof ProviderError && error.kind === 'budget'
  return { state: outOfBudget ? 'budgetStopped' : state, checks: [], judge: [], error: error.message }
}

function defined<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: number })
}

/** Unknown if a part is unknown. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}
