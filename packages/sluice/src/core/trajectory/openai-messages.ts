import { z } from 'zod'
import type { Trajectory, TrajectoryMessage } from '../../records/answer-trace.ts'
import { toolCall } from './tool-call.ts'

const contentSchema = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string().optional(), text: z.string().optional() })),
])

const callSchema = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().min(1), arguments: z.unknown().optional() }),
})

const messageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']) }),
  z.looseObject({ role: z.literal('user'), content: contentSchema }),
  z.looseObject({
    role: z.literal('assistant'),
    content: contentSchema.nullish(),
    tool_calls: z.array(callSchema).nullish(),
  }),
  z.looseObject({
    role: z.literal('tool'),
    tool_call_id: z.string().nullish(),
    content: contentSchema.nullish(),
    error: z.string().nullish(),
  }),
])

/** Messages as OpenAI's chat completions have them: `tool_calls` of an assistant, answered by messages of the role tool. */
export const openaiMessagesSchema = z.array(messageSchema)
type OpenaiMessage = z.output<typeof messageSchema>

/**
 * The trajectory of a list of messages. Calls of one assistant message stay together. A result belongs to the call of
 * its id, or, without an id, to the first call that has none yet.
 */
export function trajectoryOfMessages(messages: readonly OpenaiMessage[]): Trajectory {
  const found: TrajectoryMessage[] = []
  for (const message of messages) {
    if (message.role === 'user') found.push({ role: 'user', text: textOf(message.content), calls: [] })
    if (message.role === 'assistant') found.push(stepOf(message))
    if (message.role === 'tool') answerCall(found, message)
  }
  return { messages: found }
}

function stepOf({ content, tool_calls: calls }: Extract<OpenaiMessage, { role: 'assistant' }>): TrajectoryMessage {
  const text = content == null ? '' : textOf(content)
  return {
    role: 'assistant',
    text: text === '' ? null : text,
    calls: (calls ?? []).map(({ id, function: called }) =>
      toolCall({ id, name: called.name, arguments: called.arguments }),
    ),
  }
}

function answerCall(
  before: readonly TrajectoryMessage[],
  { tool_call_id: id, content, error }: Extract<OpenaiMessage, { role: 'tool' }>,
): void {
  const open = before.flatMap(({ calls }) => calls).filter((call) => call.result === null && call.error === null)
  const call = id == null ? open[0] : open.findLast((candidate) => candidate.id === id)
  if (!call) return
  call.result = content == null ? null : resultOf(textOf(content))
  call.error = error ?? null
}

/** Results of tools are mostly JSON in a text. */
function resultOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function textOf(content: z.output<typeof contentSchema>): string {
  if (typeof content === 'string') return content
  return content.flatMap(({ text }) => text ?? []).join('\n')
}
