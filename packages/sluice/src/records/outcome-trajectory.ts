import { z } from 'zod'
import { type Trajectory, toolCallSchema, trajectoryMessageSchema } from './answer-trace.ts'

/** Most that an outcome may say of the way to its answer. Beyond it the field is left out, and the reporter is told. */
export const trajectoryLimits = {
  /** Different tools in `toolCalls`, characters of a name, and calls of one of them. */
  tools: 64,
  nameChars: 128,
  calls: 100_000,
  steps: 100_000,
  /** The trajectory as JSON in UTF-8. With the largest input and output it still fits into one request of 1 MiB. */
  bytes: 100_000,
  /** Characters of a reference. */
  reference: 1000,
} as const

/** How often each tool was called, by its name. */
export type ToolCallCounts = Record<string, number>

/** Letters and digits of any script, and `_ . : / -`. So no name can hold an order to a terminal, a page or a judge. */
const toolName = /^(?!__proto__$)[\p{L}\p{N}_.:/-]+$/u

/** What is wrong with counts of calls; undefined if nothing is. The first fault ends it, however many there are. */
function faultOfCounts(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return 'must be a map of tool names to counts'
  const { tools, nameChars, calls } = trajectoryLimits
  const names = Object.keys(value)
  if (names.length > tools) return `must have at most ${tools} tools, and has ${names.length}`
  for (const name of names) {
    if (name.length > nameChars || !toolName.test(name))
      return `must have names of 1 to ${nameChars} letters, digits and _ . : / -`
    const count = (value as Record<string, unknown>)[name]
    if (!Number.isInteger(count) || Number(count) < 0 || Number(count) > calls)
      return `must have whole counts from 0 to ${calls}`
  }
  return undefined
}

/** Not a record of zod, which looks at a million names before it counts them, and leaves out `__proto__` silently. */
export const toolCallsField = z
  .unknown()
  .refine((value) => faultOfCounts(value) === undefined, { error: ({ input }) => faultOfCounts(input) })
  .meta({
    description: 'How often each tool was called, by its name: letters, digits and _ . : / -',
    type: 'object',
    maxProperties: trajectoryLimits.tools,
    propertyNames: { minLength: 1, maxLength: trajectoryLimits.nameChars },
    additionalProperties: { type: 'integer', minimum: 0, maximum: trajectoryLimits.calls },
  })
  .exactOptional() as z.ZodExactOptional<z.ZodType<ToolCallCounts>>

export const stepsField = z
  .int()
  .min(0)
  .max(trajectoryLimits.steps)
  .exactOptional()
  .meta({ description: 'How many messages the assistant wrote until the answer, it included.' })

const reportedCallSchema = toolCallSchema.extend({
  id: toolCallSchema.shape.id.exactOptional(),
  arguments: z.unknown().exactOptional(),
  result: z.unknown().exactOptional(),
  error: toolCallSchema.shape.error.exactOptional(),
  durationMs: toolCallSchema.shape.durationMs.exactOptional(),
})

const reportedMessageSchema = trajectoryMessageSchema.extend({
  text: trajectoryMessageSchema.shape.text.exactOptional(),
  calls: z.array(reportedCallSchema).exactOptional(),
})

const reportedSchema = z.object({ messages: z.array(reportedMessageSchema).min(1) })

/** A trajectory as an application reports it: what it leaves out is not known. */
export const trajectoryField = reportedSchema
  .refine((trajectory) => bytesOf(trajectory) <= trajectoryLimits.bytes, {
    error: ({ input }) => `must have at most ${trajectoryLimits.bytes} bytes, and has ${bytesOf(input)}`,
  })
  .exactOptional()
  .meta({
    description: `What was done on the way to the answer, at most ${trajectoryLimits.bytes} bytes. Stored only where the output is.`,
  })

/** A reported trajectory with null for all that is not known. */
export function trajectoryOf({ messages }: z.output<typeof reportedSchema>): Trajectory {
  const unknown = { id: null, arguments: null, result: null, error: null, durationMs: null }
  return {
    messages: messages.map(({ role, text = null, calls = [] }) => ({
      role,
      text,
      calls: calls.map((call) => ({ ...unknown, ...call })),
    })),
  }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
