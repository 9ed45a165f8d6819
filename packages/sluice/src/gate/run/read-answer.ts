import { isBlank, type LostAnswer, lostAnswer } from '../../core/providers/lost-answer.ts'
import type { Completion, ModelRequest } from '../../core/providers/provider.ts'
import type { Expectation } from '../../core/suite/cases/case.ts'
import { withoutReasoning } from './reasoning.ts'

/** How an answer is read before anything scores it. */
export interface Reading {
  request: ModelRequest
  expects: Expectation
  /** Whether reasoning at its start is taken off; undefined where nobody said. */
  reasoning: 'strip' | 'keep' | undefined
}

/** What came, and what it counts for. */
export interface ReadAnswer {
  /** Without the reasoning. */
  output: string
  /** What was taken off. */
  reasoning?: string
  /** Set where there is no answer. */
  lost?: LostAnswer
  /** Text came before it was refused, beside the words of the refusal. */
  isPartial?: boolean
  /**
   * `answer`: checks and judge may look at it. `expected`: there is none, as it should be. `lost`: there is none, so that
   * it has no score and is asked for again.
   */
  kind: 'answer' | 'expected' | 'lost'
}

export function readAnswer(completion: Completion, { request, expects, reasoning: wish }: Reading): ReadAnswer {
  const { output, reasoning } = withoutReasoning(completion.output, request, wish)
  const read = { output, ...(reasoning !== undefined && { reasoning }) }
  const lost = lostAnswer({ ...completion, output }, request)
  if (!lost) return { ...read, kind: 'answer' }
  if (lost.state === 'refused' && expects === 'refusal') {
    const isPartial = !isBlank(output.replace(completion.refusal ?? '', ''))
    return { ...read, lost, isPartial, kind: 'expected' }
  }
  if (expects === 'noText' && lost.state === 'noText' && isBlank(output)) return { ...read, lost, kind: 'expected' }
  if (expects === 'truncated' && lost.state === 'truncated' && !isBlank(output)) return { ...read, kind: 'answer' }
  const isThoughtAlone = lost.state === 'noText' && reasoning !== undefined
  return { ...read, lost: isThoughtAlone ? { ...lost, ...thoughtAlone } : lost, kind: 'lost' }
}

const thoughtAlone = {
  cause: 'reasoning alone, without an answer',
  wayOut: 'lower reasoningEffort; where this is the answer, reasoning: keep scores it',
}
