import type { PromptTool, PromptToolChoice } from '@sluice/client'
import { z } from 'zod'
import { promptToolChoiceSchema, promptToolSchema } from '../../../records/prompt-version.ts'
import { hint } from '../../../text/did-you-mean.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { exactData } from '../values/written.ts'
import { noArguments } from './no-arguments.ts'
import type { Prompt } from './prompt.ts'

const { name, description } = promptToolSchema.shape

const toolSchema = z.strictObject({
  name: name.meta({ description: 'How the model calls it: letters, digits, "_" and "-".', examples: ['lookup_order'] }),
  description: description.meta({
    description: 'What it does and when to use it, for the model.',
    examples: ['Finds an order by its number.'],
  }),
  parameters: z
    .record(z.string(), z.unknown())
    .superRefine((schema, context) => {
      refuseNotJson(schema, context)
      if (schema.type !== undefined && schema.type !== 'object')
        context.addIssue({ code: 'custom', path: ['type'], message: 'arguments are an object: expected "object"' })
    })
    .transform((schema) => exactData(schema) as Record<string, unknown>)
    .exactOptional()
    .meta({
      description: 'JSON Schema of its arguments, an object (default: no arguments).',
      examples: [{ type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }],
    }),
})

/** The key `tools` of a prompt file: what the model may call. */
export const toolsSchema = z
  .array(toolSchema)
  .min(1)
  .superRefine((tools, context) => {
    for (const [index, tool] of tools.entries()) {
      if (tools.findIndex((other) => other.name === tool.name) === index) continue
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${tool.name}" is already a tool` })
    }
  })

const [choiceWord] = promptToolChoiceSchema.options

/** `toolChoice` of a prompt file. */
export const toolChoiceSchema = z.union([
  choiceWord,
  z.strictObject({
    name: z.string().meta({ description: 'The one tool that it must call.', examples: ['lookup_order'] }),
  }),
])

/** What of the tools of a file is part of the version. */
export interface VersionTools {
  tools?: PromptTool[]
  toolChoice?: PromptToolChoice
  maxSteps?: number
}

interface ToolKeys {
  tools?: z.output<typeof toolsSchema>
  toolChoice?: PromptToolChoice
  maxSteps?: number
}

export function versionTools({ tools, toolChoice, maxSteps }: ToolKeys): VersionTools {
  if (tools === undefined) return {}
  return {
    tools: tools.map(({ parameters = noArguments, ...tool }) => ({ ...tool, parameters })),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(maxSteps !== undefined && { maxSteps }),
  }
}

/** Keys of a file that say something about tools which are not there, or that nothing answers. */
export function toolFaults(
  { tools, toolChoice, maxSteps }: ToolKeys,
  { mocks, target, file }: Prompt,
  source: Source,
): Diagnostic[] {
  const faults: Diagnostic[] = []
  if (tools === undefined)
    for (const [key, value] of Object.entries({ toolChoice, maxSteps }))
      if (value !== undefined) faults.push(located(source, [key], 'has no effect without "tools"'))
  if (typeof toolChoice === 'object' && tools && !tools.some((tool) => tool.name === toolChoice.name))
    faults.push(
      located(source, ['toolChoice', 'name'], `no tool "${toolChoice.name}"${hint(toolChoice.name, namesOf(tools))}`),
    )
  return [...faults, ...mockFaults(mocks, { tools, target, file }, source)]
}

/** Mocks, of a prompt or a case, that cannot answer anything. */
export function mockFaults(
  mocks: Prompt['mocks'],
  { tools, target, file }: { tools?: readonly { name: string }[] | undefined; target?: unknown; file: string },
  source: Source,
): Diagnostic[] {
  if (mocks === undefined || mocks.length === 0) return []
  if (target !== undefined)
    return [located(source, ['mocks'], `mocks answer the tools of a bare prompt, and ${file} has a target`)]
  if (tools === undefined) return [located(source, ['mocks'], `mocks answer tools, and ${file} has none`, 'warning')]
  const names = namesOf(tools)
  return mocks.flatMap(({ tool }, index) =>
    names.includes(tool)
      ? []
      : [located(source, ['mocks', index, 'tool'], `"${tool}" is no tool of ${file}${hint(tool, names)}`, 'warning')],
  )
}

const namesOf = (tools: readonly { name: string }[]) => tools.map((tool) => tool.name)
