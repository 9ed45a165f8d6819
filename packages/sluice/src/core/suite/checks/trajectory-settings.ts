import { z } from 'zod'
import { refuseNotJson } from '../values/json-value.ts'

/** A call of a tool that is expected. */
export interface ExpectedCall {
  name: string
  /** Absent: whatever the arguments are. */
  args?: Record<string, unknown>
  /** Whether arguments that `args` does not name may be there (`partial`, the default). */
  mode?: 'partial' | 'exact'
  /** Paths of arguments that are not compared, with dots. */
  ignore?: string[]
}

export interface ToolCalledSettings extends ExpectedCall {
  /** How many calls must match; by default 1, and 0 where `max` is 0. */
  min?: number
  max?: number
}

/** Calls that were made together, in one message of the assistant; one call mostly. */
type ExpectedStep = ExpectedCall[]

export interface ToolOrderSettings {
  steps: ExpectedStep[]
  /** Without a mode, `inOrder` holds. */
  mode?: 'inOrder' | 'exact' | 'anyOrder'
}

const toolName = z
  .string()
  .min(1)
  .refine((name) => name.trim() === name, { error: 'has white space around it, which no name of a tool has' })
  .refine((name) => !name.includes('{{'), { error: 'is the name of a tool, in which no {{variables}} are replaced' })

const callShape = {
  name: toolName.meta({ description: 'The name of the tool, compared exactly.', examples: ['refund'] }),
  args: z
    .record(z.string(), z.unknown())
    .superRefine(refuseNotJson)
    .exactOptional()
    .meta({
      description: 'The arguments, compared exactly; texts may hold variables of the case (default: any).',
      examples: [{ order: '{{order}}', amount: 40 }],
    }),
  mode: z
    .enum(['partial', 'exact'])
    .exactOptional()
    .meta({
      description:
        'partial: arguments that args does not name may be there too, at any depth; exact: no others (default partial).',
      examples: ['exact'],
    }),
  ignore: z
    .array(z.string().min(1))
    .min(1)
    .exactOptional()
    .meta({
      description: 'Arguments that are not compared, with dots for those inside of others.',
      examples: [['reason', 'customer.note']],
    }),
}

function needsArgs({ args, mode, ignore }: Partial<ExpectedCall>, context: z.core.$RefinementCtx): void {
  if (args !== undefined) return
  const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
  if (mode === 'exact') fault('mode', 'compares args, and there are none; write args: {} for a call without arguments')
  if (ignore !== undefined) fault('ignore', 'leaves out arguments of args, and there are none')
}

const count = z.int().min(0)
const toolCalledSchema = z.union([
  toolName.transform((name): ToolCalledSettings => ({ name })),
  z
    .strictObject({
      ...callShape,
      min: count.exactOptional().meta({
        description: 'Fewest calls that match (default: 1, or 0 where max is 0).',
        examples: [2],
      }),
      max: count.exactOptional().meta({ description: 'Most calls that match.', examples: [1] }),
    })
    .superRefine((given, context) => {
      needsArgs(given, context)
      const { min, max } = given
      if (min === undefined || max === undefined || min <= max) return
      context.addIssue({ code: 'custom', path: ['min'], message: `is above max, ${max}: no number of calls is both` })
    }),
])

const callName = toolName.transform((name): ExpectedCall => ({ name }))
const callMap = z.strictObject(callShape).superRefine(needsArgs)
const expectedStep = z.union([
  callName.transform((call): ExpectedStep => [call]),
  callMap.transform((call): ExpectedStep => [call]),
  z.array(z.union([callName, callMap])).min(1),
])

const toolOrderSchema = z.strictObject({
  steps: z
    .array(expectedStep)
    .min(1)
    .meta({
      description:
        'The calls that are expected: a name, or a map as toolCalled has it; a list for calls made together, in one message.',
      examples: [['look_up', { name: 'refund', args: { amount: 40 } }]],
    }),
  mode: z
    .enum(['inOrder', 'exact', 'anyOrder'])
    .exactOptional()
    .meta({
      description:
        'inOrder: one after the other, other calls may be between; exact: these calls and no others; anyOrder: each of them, whenever (default inOrder).',
      examples: ['exact'],
    }),
})

const noToolForms = 'expected the name of a tool, a list of names, or true for no tool at all'

/** Checks of what was done on the way to the answer, apart from its end state. */
export const trajectoryChecks = {
  toolCalled: toolCalledSchema.meta({
    description: 'The tool was called, with these arguments, so many times.',
    examples: [{ name: 'refund', args: { amount: 40 }, max: 1 }, 'refund'],
  }),
  noToolCalled: z.union([z.literal(true), toolName, z.array(toolName).min(1)], { error: noToolForms }).meta({
    description: 'None of these tools was called; with true, none at all.',
    examples: [['refund', 'delete_account'], true],
  }),
  toolOrder: toolOrderSchema.meta({
    description: 'The tools were called in this order.',
    examples: [{ steps: ['look_up', 'refund'], mode: 'exact' }],
  }),
  onlyTools: z
    .array(toolName)
    .min(1)
    .meta({ description: 'No other tool was called.', examples: [['look_up', 'refund']] }),
  maxSteps: z
    .int()
    .min(1)
    .meta({ description: 'There were at most so many messages of the assistant.', examples: [8] }),
  noToolErrors: z
    .literal(true)
    .meta({ description: 'No call of a tool failed, or had arguments that are no JSON.', examples: [true] }),
}

/**
 * The order as a file has it: a name for a call of which nothing else is asked, a list for calls made together only.
 */
export function asWritten({ steps, ...others }: ToolOrderSettings): unknown {
  const call = (expected: ExpectedCall) => (Object.keys(expected).length === 1 ? expected.name : expected)
  const step = ([first, ...more]: ExpectedStep) =>
    first !== undefined && more.length === 0
      ? call(first)
      : [first, ...more].flatMap((each) => (each ? call(each) : []))
  return { steps: steps.map(step), ...others }
}
