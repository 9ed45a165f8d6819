import { z } from 'zod'

/** One call of a tool, with what came of it. */
export const toolCallSchema = z.object({
  id: z.string().nullable().describe('Its id; null where none was reported.'),
  name: z.string().describe('The name of the tool, as it was called.'),
  arguments: z.unknown().describe('The arguments, as a JSON value; null where they are no JSON or were not recorded.'),
  unreadable: z
    .string()
    .exactOptional()
    .describe('The arguments as the model wrote them, where they are no JSON. Absent elsewhere.'),
  result: z.unknown().describe('What the tool answered: a text or a JSON value; null where it is not known.'),
  error: z.string().nullable().describe('How the tool failed; null where it did not, or nothing is known of it.'),
  durationMs: z.number().min(0).nullable().describe('How long the tool took, in milliseconds; null where unknown.'),
})
export type ToolCall = z.infer<typeof toolCallSchema>

export const trajectoryMessageSchema = z.object({
  role: z.enum(['user', 'assistant']).describe('Who speaks.'),
  text: z.string().nullable().describe('What is said; null where an assistant only calls tools.'),
  calls: z.array(toolCallSchema).describe('The calls of this one message, in their order; of a user none.'),
})
export type TrajectoryMessage = z.infer<typeof trajectoryMessageSchema>

/**
 * What was said and done between the first message of a user and the answer, without messages of the system. One
 * message of the assistant is one step: its calls were made together, before the result of any of them was known.
 */
export const trajectorySchema = z.object({
  messages: z.array(trajectoryMessageSchema).describe('The messages, in their order.'),
})
export type Trajectory = z.infer<typeof trajectorySchema>

/** A document that was looked up for the answer; in the order in which it was ranked. */
const retrievedSchema = z.object({
  id: z.string().nullable().describe('Its id; null where none was reported.'),
  text: z.string().nullable().describe('Its text; null where none was reported.'),
})
export type Retrieved = z.infer<typeof retrievedSchema>

/** What an application, or a model with tools, did on the way to its answer. What is absent was not reported. */
export const answerTraceSchema = z.object({
  trajectory: trajectorySchema.exactOptional().describe('Messages and calls of tools.'),
  retrieved: z.array(retrievedSchema).exactOptional().describe('Documents that were looked up, best first.'),
  endState: z.unknown().optional().describe('What the application reports as its state afterwards: any JSON value.'),
  unread: z.string().exactOptional().describe('What was reported and cannot be read, and why. Absent elsewhere.'),
})
export type AnswerTrace = z.infer<typeof answerTraceSchema>

/** The steps of a trajectory: the messages of the assistant. */
export function stepsOf({ messages }: Trajectory): TrajectoryMessage[] {
  return messages.filter(({ role }) => role === 'assistant')
}

/** All calls of a trajectory, in their order. */
export function callsOf(trajectory: Trajectory): ToolCall[] {
  return trajectory.messages.flatMap(({ calls }) => calls)
}
