import type { Completion } from '../provider.ts'
import { readAnswerBody } from './answer-body.ts'
import type { LanguageModel } from './connection.ts'

type Result = Awaited<ReturnType<LanguageModel['doGenerate']>>

/** How an answer ended. `failed`: by a fault of the provider. `unknown`: for a reason that is missing or not known. */
export interface Ending {
  finishReason: Completion['finishReason'] | 'failed' | 'unknown'
  /** The provider's own reason, if it says more. */
  ended?: string | undefined
}

/** Patterns for reasons that servers name in their own way; the first match counts. */
const wordings = [
  [
    'filter',
    /filter|safe|refus|recitation|prohibit|forbid|block|spii|guardrail|sensitive|moderat|toxic|flagged|polic|violat|risk|harm/,
  ],
  ['length', /length|max|(?<!rate_)limit|context|overflow|out_of|incomplete|not_finished|continuation/],
  ['tools', /tool|function_call/],
  [
    'failed',
    /error|fail|fault|abort|cancel|interrupt|insufficient|network|timeout|unavailable|overload|limit|exceed|expire/,
  ],
  ['other', /pause|progress|pending|partial|trunc|repeti|loop|time/],
  [
    'stop',
    /^(?:stop(?:_sequence|_token|ped)?|eo[stg](?:_token)?|end(?:_turn|_of_text|_of_turn)?|completed?|finish(?:ed)?|done|normal|null|none)$/,
  ],
] as const

/** How an answer ended, by the same terms for all providers. */
export function endingOf(result: Result): Ending {
  const { unified, raw } = result.finishReason
  const { refusal, category, unfinished, filtered, nativeEnd } = readAnswerBody(result.response?.body)
  const calls = toolCalls(result)
  switch (unified) {
    case 'content-filter':
      return { finishReason: 'filter', ended: category ?? (refusal === undefined ? raw : undefined) }
    case 'length':
      return { finishReason: 'length', ended: raw === 'model_context_window_exceeded' ? raw : undefined }
    case 'tool-calls':
      return { finishReason: 'tools', ended: calls }
    case 'stop':
      if (filtered !== undefined) return { finishReason: 'filter', ended: filtered }
      if (calls !== undefined) return { finishReason: 'tools', ended: calls }
      if (unfinished !== undefined || raw === 'pause_turn') return { finishReason: 'other', ended: unfinished ?? raw }
      return nativeEnding(nativeEnd) ?? { finishReason: 'stop' }
    default:
      return refusal === undefined ? wordedEnding(raw ?? '') : { finishReason: 'filter' }
  }
}

function wordedEnding(raw: string): Ending {
  const word = raw.toLowerCase()
  const [finishReason] = wordings.find(([, pattern]) => pattern.test(word)) ?? ['unknown' as const]
  return finishReason === 'stop' || finishReason === 'length' ? { finishReason } : { finishReason, ended: raw }
}

/** A gateway may report `stop` for an answer that ended in another way at the provider behind it. */
function nativeEnding(raw = ''): Ending | undefined {
  const ending = wordedEnding(raw)
  return ending.finishReason === 'stop' || ending.finishReason === 'unknown' ? undefined : ending
}

/** The names of the tools that the model calls; undefined if it calls none. */
function toolCalls({ content }: Result): string | undefined {
  const names = content.flatMap((part) => (part.type === 'tool-call' && !part.providerExecuted ? [part.toolName] : []))
  return names.length === 0 ? undefined : [...new Set(names)].join(', ')
}
