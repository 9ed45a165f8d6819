import { tokenLimit } from './api/call-options.ts'
import type { Completion, ModelRequest, Usage } from './provider.ts'

/** Why an answer is missing or not whole. */
type LostState = 'refused' | 'truncated' | 'noText'

/** A missing or incomplete answer. It is not scored, not judged and not kept. */
export interface LostAnswer {
  state: LostState
  /**
   * Follows "was". It has no numbers of the single answer, so that the same fault of many answers has the same text.
   */
  cause: string
  /** The numbers of this answer; may be empty. */
  detail: string
  /** What a reader can do about it. */
  wayOut: string
}

/**
 * Whether an answer is refused, cut off, or without text (white space is no text). Undefined for a whole answer.
 * `request` is needed to name the limit that was set.
 */
export function lostAnswer(
  { output, finishReason, ended, usage }: Pick<Completion, 'output' | 'finishReason' | 'ended' | 'usage'>,
  request?: Pick<ModelRequest, 'parameters'>,
): LostAnswer | undefined {
  const reason = ended === undefined ? '' : ` (${ended})`
  switch (finishReason) {
    case 'filter':
      return refusedAnswer(reason)
    case 'length':
      return cutOff({ ended, usage }, request)
    case 'other':
      if (isBlank(output)) return empty(`without any text${reason}`)
      return { state: 'truncated', cause: `ended early${reason}`, detail: '', wayOut: 'run it again' }
    case 'tools':
      return empty(`a call of tools instead of an answer${reason}`)
    case 'steps':
      return {
        state: 'truncated',
        cause: `stopped after ${ended}: it still called tools`,
        detail: '',
        wayOut: 'look at its calls; raise maxSteps if it needs more',
      }
    case 'stop':
      return isBlank(output) ? empty('empty') : undefined
  }
}

/** A refused answer; `reason` is added to the cause. */
export function refusedAnswer(reason = ''): LostAnswer {
  const wayOut = 'a case that is meant to be refused says so with expect: refusal'
  return { state: 'refused', cause: `refused by the model or its provider${reason}`, detail: '', wayOut }
}

function cutOff(
  { ended, usage: { outputTokens, reasoningTokens } }: { ended: string | undefined; usage: Usage },
  request: Pick<ModelRequest, 'parameters'> | undefined,
): LostAnswer {
  const counted = outputTokens === undefined ? '' : `${outputTokens} tokens`
  const thought = reasoningTokens ? `${counted === '' ? '' : ', of them '}${reasoningTokens} reasoning` : ''
  const detail = counted + thought
  if (ended !== undefined)
    return {
      state: 'truncated',
      cause: `cut off (${ended})`,
      detail,
      wayOut: 'shorten the input, or take another model',
    }
  const limit = request && tokenLimit(request.parameters)
  const lower = reasoningTokens ? ' or lower reasoningEffort' : ''
  return {
    state: 'truncated',
    cause: `cut off at ${limit === undefined ? 'the token limit' : `maxTokens ${limit}`}`,
    detail,
    wayOut: `raise modelParameters.maxTokens${lower}; where the limit is meant, expect: truncated scores what came`,
  }
}

function empty(cause: string): LostAnswer {
  return {
    state: 'noText',
    cause,
    detail: '',
    wayOut: 'look at what was asked; a case that is meant to stay without an answer says so with expect: noText',
  }
}

/** Cause and detail on one line. */
export function lostReason({ cause, detail }: LostAnswer): string {
  return detail === '' ? cause : `${cause}: ${detail}`
}

/** Whether a text has only white space, invisible characters, and end marks that a server did not remove. */
export function isBlank(text: string): boolean {
  return /^(?:[\s\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]|<\|\w+\|>|<\/s>|<(?:eos|pad|end_of_turn)>)*$/u.test(
    text,
  )
}
