import { tokenLimit } from './api/call-options.ts'
import type { Completion, ModelRequest, Usage } from './provider.ts'

/** What became of an answer that never came, or did not come whole. */
type LostState = 'refused' | 'truncated' | 'noText'

/** An answer that is none: it is not scored, not judged and not kept. */
export interface LostAnswer {
  state: LostState
  /** Without numbers of the single answer, so that one fault of many answers reads alike; follows "was". */
  cause: string
  /** What the answer's own numbers add to it; may be empty. */
  detail: string
  /** What a reader can do about it. */
  wayOut: string
}

/**
 * Whether an answer is none: refused, cut off, or without text (white space alone is no text). Undefined for one that
 * is whole. `request` tells the limit that was set, where there is one.
 */
export function lostAnswer(
  { output, finishReason, ended, usage }: Pick<Completion, 'output' | 'finishReason' | 'ended' | 'usage'>,
  request?: Pick<ModelRequest, 'parameters'>,
): LostAnswer | undefined {
  const said = ended === undefined ? '' : ` (${ended})`
  switch (finishReason) {
    case 'filter':
      return refusedAnswer(said)
    case 'length':
      return cutOff({ ended, usage }, request)
    case 'other':
      if (isBlank(output)) return empty(`without any text${said}`)
      return { state: 'truncated', cause: `ended early${said}`, detail: '', wayOut: 'run again to ask anew' }
    case 'tools':
      return empty(`a call of tools instead of an answer${said}`)
    case 'stop':
      return isBlank(output) ? empty('empty') : undefined
  }
}

/** The loss of an answer that was refused; `said` stands behind it. */
export function refusedAnswer(said = ''): LostAnswer {
  const wayOut = 'a case that is meant to be refused says so with expect: refusal'
  return { state: 'refused', cause: `refused by the model or its provider${said}`, detail: '', wayOut }
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

/** The whole of it on one line. */
export function lostReason({ cause, detail }: LostAnswer): string {
  return detail === '' ? cause : `${cause}: ${detail}`
}

/** White space, characters that nobody sees, and marks of the end that a server has not taken off. */
export function isBlank(text: string): boolean {
  return /^(?:[\s\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]|<\|\w+\|>|<\/s>|<(?:eos|pad|end_of_turn)>)*$/u.test(
    text,
  )
}
