import type { Question } from '../../../src/core/answers/ask.ts'
import type { Completion, ModelRequest } from '../../../src/core/providers/provider.ts'
import { createJudge, type JudgeQuestions } from '../../../src/core/scorers/judge/judge.ts'
import type { AnswerTrace } from '../../../src/records/answer-trace.ts'
import { aCase } from './scoring.ts'

export const output = 'Ann sends the invoice by Friday. The refund was “refused”.'

export const rubric = [
  { id: 'actions', ask: 'Does the summary state every action item?', weight: 3, must: true },
  { id: 'faithful', ask: 'Is every claim supported by the e-mail?', weight: 2, must: false },
]

export function answerItem(id: string, verdict: string, evidence = ''): Record<string, string> {
  return { id, evidence, reasoning: `because of ${id}`, verdict }
}

export const answer = (...items: unknown[]) => JSON.stringify({ items })

export function completion(text: string, overrides: Partial<Completion> = {}): Completion {
  return { output: text, usage: {}, latencyMs: 1, costUsd: 0.001, finishReason: 'stop', warnings: [], ...overrides }
}

export interface AskedCall {
  request: ModelRequest
  context: Question
}

/** A judge whose model answers with the given completions in turn, and the calls that it made. */
export function judgeThatHears(...answers: (Completion | Error)[]) {
  const calls: AskedCall[] = []
  const judge = createJudge({
    model: 'anthropic:claude-test',
    parameters: {},
    ask: async (request, context) => {
      calls.push({ request, context })
      const next = answers.shift()
      if (!next || next instanceof Error) throw next ?? new Error('asked once too often')
      return next
    },
  })
  const score = ({ trace, ...task }: Partial<JudgeQuestions> & { trace?: AnswerTrace } = {}, said = output) =>
    judge.score(
      { case: aCase({ expected: 'Ann: invoice, Friday.' }), output: said, ...(trace && { trace }) },
      {
        rubric,
        choices: [],
        input: [{ role: 'user', content: 'The e-mail.' }],
        repeat: 2,
        ...task,
      },
    )
  return { judge, calls, score }
}
