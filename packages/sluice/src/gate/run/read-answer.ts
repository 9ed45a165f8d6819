import { isBlank, type LostAnswer, lostAnswer } from '../../core/providers/lost-answer.ts'
import type { Completion, PromptRequest } from '../../core/providers/provider.ts'
import type { Expectation } from '../../core/suite/cases/case.ts'
import { type AnswerTrace, callsOf } from '../../records/answer-trace.ts'
import { withoutReasoning } from './reasoning.ts'

/** How an answer is read before anything scores it. */
export interface Reading {
  request: PromptRequest
  expects: Expectation
  /** Whether reasoning at the start of the answer is removed; undefined where no setting says so. */
  reasoning: 'strip' | 'keep' | undefined
}

/** What a request brought: the text to score, or why there is none. */
export interface ReadAnswer {
  /** The text without its reasoning. */
  output: string
  /** The reasoning that was removed. */
  reasoning?: string
  /** Why there is no answer; absent where there is one. */
  lost?: LostAnswer
  /** Whether text came before the refusal, apart from the words of the refusal itself, or tools were called. */
  isPartial?: boolean
  /**
   * `answer`: checks and judge may score it. `expected`: none came, as the case expects. `lost`: none came, so the
   * repeat has no score and is asked for again.
   */
  kind: 'answer' | 'expected' | 'lost'
}

export function readAnswer(completion: Completion, { request, expects, reasoning: setting }: Reading): ReadAnswer {
  const { output, reasoning } = withoutReasoning(completion.output, request, setting)
  const read = { output, ...(reasoning !== undefined && { reasoning }) }
  const lost = lostAnswer({ ...completion, output }, request)
  if (!lost) return { ...read, kind: 'answer' }
  if (lost.state === 'refused' && expects === 'refusal') {
    const isPartial = hasActed(completion.trace) || !isBlank(output.replace(completion.refusal ?? '', ''))
    return { ...read, lost, isPartial, kind: 'expected' }
  }
  if (expects === 'noText' && lost.state === 'noText' && isBlank(output))
    return { ...read, lost, isPartial: hasActed(completion.trace), kind: 'expected' }
  if (expects === 'truncated' && lost.state === 'truncated' && !isBlank(output)) return { ...read, kind: 'answer' }
  const isThoughtAlone = lost.state === 'noText' && reasoning !== undefined
  return { ...read, lost: isThoughtAlone ? { ...lost, ...thoughtAlone } : lost, kind: 'lost' }
}

/** Whether tools were called: what was done on the way may be wrong, even where no answer is what a case expects. */
export function hasActed(trace: AnswerTrace | undefined): boolean {
  return trace?.trajectory !== undefined && callsOf(trace.trajectory).length > 0
}

const thoughtAlone = {
  cause: 'reasoning alone, without an answer',
  wayOut: 'lower reasoningEffort; where this is the answer, reasoning: keep scores it',
}
