import { z } from 'zod'
import { type AnswerTrace, type Retrieved, retrievedSchema, type Trajectory } from '../../records/answer-trace.ts'
import { openaiMessagesSchema, trajectoryOfMessages } from './openai-messages.ts'
import { toolCall } from './tool-call.ts'

const flatCallSchema = z.looseObject({
  id: z.string().nullish(),
  name: z.string().min(1),
  arguments: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.string().nullish(),
  durationMs: z.number().min(0).nullish(),
})

const documentSchema = z.union([
  z.string().transform((id): Retrieved => ({ id, text: null })),
  retrievedSchema.partial().transform(({ id = null, text = null }): Retrieved => ({ id, text })),
])

/** The ways in which what was done can be told, by the key of the report. The first that is there counts. */
const trajectoryKeys: { key: string; read(value: unknown): Trajectory }[] = [
  { key: 'messages', read: (value) => trajectoryOfMessages(openaiMessagesSchema.parse(value)) },
  { key: 'toolCalls', read: (value) => trajectoryOfCalls(z.array(flatCallSchema).parse(value)) },
]

/**
 * What an application reports of the way to its answer: `messages` in the form of OpenAI or `toolCalls`; `retrieved`,
 * ids or {id, text}; `state`, any JSON value. Undefined where it reports none of them. A part that cannot be read is left
 * out and named in `unread`, since only a check that needs it is harmed by that.
 */
export function readTrace(report: Readonly<Record<string, unknown>>): AnswerTrace | undefined {
  const trace: AnswerTrace = {}
  const unread: string[] = []
  const attempt = (key: string, read: (value: unknown) => void) => {
    try {
      read(report[key])
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      const [issue] = error.issues
      unread.push(`${[key, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`)
    }
  }
  const told = trajectoryKeys.find(({ key }) => report[key] != null)
  if (told)
    attempt(told.key, (value) => {
      trace.trajectory = told.read(value)
    })
  if (report.retrieved != null)
    attempt('retrieved', (value) => {
      trace.retrieved = z.array(documentSchema).parse(value)
    })
  if (report.state !== undefined) trace.endState = report.state
  if (unread.length > 0) trace.unread = unread.join('; ')
  return Object.keys(trace).length === 0 ? undefined : trace
}

/** A bare list says nothing of which calls were made together: each counts as a step of its own. */
function trajectoryOfCalls(calls: readonly z.output<typeof flatCallSchema>[]): Trajectory {
  return { messages: calls.map((call) => ({ role: 'assistant', text: null, calls: [toolCall(call)] })) }
}
