import { createHash } from 'node:crypto'
import { requestKey } from '../packages/sluice/src/core/answers/answer-keys.ts'
import type { ModelRequest } from '../packages/sluice/src/core/providers/provider.ts'
import type { Recording } from '../packages/sluice/src/core/suite/recordings.ts'

/** Invented speeds and prices: ms to the first word and for each token, USD per million tokens in and out. */
const habits: Record<string, { startMs: number; msPerToken: number; input: number; output: number }> = {
  'sparrow-2025-10': { startMs: 640, msPerToken: 9, input: 0.8, output: 3.2 },
  'sparrow-2026-08': { startMs: 420, msPerToken: 6, input: 0.5, output: 2 },
  'judge-2026-06': { startMs: 550, msPerToken: 5, input: 0.5, output: 2 },
}

/** An answer to one exact request, with tokens, time and cost as its invented model has them. */
export function recordingOf(output: string, request: ModelRequest, caseId: string, repeat: number): Recording {
  const model = request.model.replace(/^recorded:/, '')
  const habit = habits[model]
  if (!habit) throw new Error(`no habits for the model "${model}"`)
  const key = requestKey(request, repeat)
  const inputTokens = tokens(request.messages.map(({ content }) => content).join('\n'), request.nonce)
  const outputTokens = tokens(output)
  const jitter = 0.85 + 0.4 * (createHash('sha256').update(key).digest().readUInt16BE() / 65_536)
  return {
    case: caseId,
    request: key,
    model,
    repeat,
    output,
    inputTokens,
    outputTokens,
    latencyMs: Math.round((habit.startMs + habit.msPerToken * outputTokens) * jitter),
    costUsd: Number(((inputTokens * habit.input + outputTokens * habit.output) / 1e6).toFixed(7)),
  }
}

/** About four characters make a token. */
function tokens(text: string, nonce = ''): number {
  return Math.ceil((nonce ? text.replaceAll(nonce, '') : text).length / 4)
}
