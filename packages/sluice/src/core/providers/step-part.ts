import { z } from 'zod'

/**
 * What a provider attached to a part and wants back with it, e.g. the signature of a thought. It is sent as it came,
 * and never read.
 */
const attached = z.record(z.string(), z.record(z.string(), z.unknown())).exactOptional()

/**
 * One part of a message in which a model calls tools. `input` are the arguments as the model wrote them, mostly JSON.
 */
export const stepPartSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), attached }),
  z.object({ type: z.literal('thought'), text: z.string(), attached }),
  z.object({ type: z.literal('call'), id: z.string(), name: z.string(), input: z.string(), attached }),
])

export type StepPart = z.output<typeof stepPartSchema>

export type CallPart = Extract<StepPart, { type: 'call' }>

/** The calls of a message, in their order. */
export function callParts(step: readonly StepPart[]): CallPart[] {
  return step.filter((part) => part.type === 'call')
}
