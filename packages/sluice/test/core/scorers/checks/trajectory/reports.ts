import type { Case } from '../../../../../src/core/suite/cases/case.ts'
import { readTrace } from '../../../../../src/core/trajectory/read-trace.ts'
import type { AnswerTrace } from '../../../../../src/records/answer-trace.ts'
import { aCase, runCheck } from '../../scoring.ts'

type Call = string | { name: string; arguments?: unknown; result?: unknown; error?: string }

/** What an application reports that made these calls, each list of them together in one message; without any, one that only answers. */
export function didCall(...steps: (Call | Call[])[]): AnswerTrace {
  const messages = steps.flatMap((step, index) => {
    const calls = [step].flat().map((call) => (typeof call === 'string' ? { name: call } : call))
    const id = (at: number) => `${index}-${at}`
    return [
      {
        role: 'assistant',
        tool_calls: calls.map(({ name, arguments: args = {} }, at) => ({
          id: id(at),
          function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
        })),
      },
      ...calls.map(({ result = 'done', error }, at) => ({
        role: 'tool',
        tool_call_id: id(at),
        content: typeof result === 'string' ? result : JSON.stringify(result),
        error,
      })),
    ]
  })
  const answered = steps.length === 0 ? [{ role: 'assistant', content: 'Done.' }] : messages
  return readTrace({ messages: [{ role: 'user', content: 'Hello' }, ...answered] }) ?? {}
}

/** The score of a check of what was done, and the reason for it. */
export async function judged(
  check: Record<string, unknown>,
  trace: AnswerTrace | undefined,
  subject: Partial<Case> = {},
): Promise<{ score: number; reason: string }> {
  const { score, reason } = await runCheck(check, 'Done.', { case: aCase(subject), ...(trace && { trace }) })
  return { score, reason }
}
