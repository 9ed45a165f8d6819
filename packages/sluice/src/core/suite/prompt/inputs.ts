import { inputFaults, type PromptInput } from '@sluice/client'
import { z } from 'zod'
import { promptInputSchema } from '../../../records/prompt-version.ts'
import type { Case } from '../cases/case.ts'
import { promptMessages } from '../cases/conversation.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { ContentFile } from '../values/content-file.ts'
import { variablesOf } from '../values/template.ts'
import { nearestData } from '../values/written.ts'
import type { Prompt } from './prompt.ts'

const { type, enum: values } = promptInputSchema.shape

const inputSchema = z.strictObject({
  type: type.meta({
    description: 'string, number, integer, boolean, array, object or null; a list for one of several.',
    examples: ['string'],
  }),
  enum: values.meta({ description: 'The values that it may have.', examples: [['de', 'en']] }),
  required: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Whether it must have a value (default: true, unless it has a default).', examples: [false] }),
  default: z
    .unknown()
    .optional()
    .meta({
      description: 'Its value in cases that do not set it, as under defaults; no part of the version.',
      examples: ['en'],
    }),
  description: z
    .string()
    .exactOptional()
    .meta({ description: 'What it is.', examples: ['The mail as it came.'] }),
})

/** `inputs` of a prompt file. */
export const inputsSchema = z.record(z.string().min(1), inputSchema)

type InputEntries = z.output<typeof inputsSchema>

/**
 * What clients hold a variable to, and the values for cases that do not set it: those under `defaults` and in `inputs`.
 */
export function inputsOf(
  entries: InputEntries | undefined,
  defaults: Record<string, unknown> | undefined,
): Pick<Prompt, 'inputs' | 'defaults'> {
  const own = Object.entries(entries ?? {}).filter(([, entry]) => hasDefault(entry))
  const all = { ...Object.fromEntries(own.map(([name, entry]) => [name, entry.default])), ...defaults }
  const inputs = Object.entries(entries ?? {}).map(([name, { type, enum: values, required, ...rest }]) => {
    const must = required ?? !(hasDefault(rest) || Object.hasOwn(defaults ?? {}, name))
    return [name, { ...(type && { type }), ...(values && { enum: values }), required: must }] as [string, PromptInput]
  })
  return {
    ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }),
    ...((own.length > 0 || defaults !== undefined) && { defaults: all }),
  }
}

function hasDefault(entry: { default?: unknown }): boolean {
  return entry.default !== undefined
}

/** Defaults that stand in two places, or that their own input does not take. */
export function defaultFaults(
  { inputs: entries = {}, defaults }: { inputs?: InputEntries; defaults?: Record<string, unknown> },
  { inputs, defaults: all = {} }: Pick<Prompt, 'inputs' | 'defaults'>,
  source: Source,
): Diagnostic[] {
  const place = (name: string) => (hasDefault(entries[name] ?? {}) ? ['inputs', name, 'default'] : ['defaults', name])
  const twice = Object.keys(defaults ?? {}).filter((name) => hasDefault(entries[name] ?? {}))
  const wrong = inputFaults(inputs, plain(all)).filter(({ variable }) => Object.hasOwn(all, variable))
  return [
    ...twice.map((name) => located(source, place(name), 'stands under "defaults" too; keep one of the two')),
    ...wrong.map(({ variable, fault }) => located(source, place(variable), fault)),
  ]
}

/** The variables of a case that the inputs of its prompt do not take. A wrong default is the prompt's fault. */
export function inputFaultsOf(
  { inputs, defaults = {}, messages, file }: Prompt,
  item: Case,
  source: Source,
): Diagnostic[] {
  if (inputs === undefined) return []
  // That a message lacks a variable is said already.
  const used = new Set(promptMessages(messages, item).flatMap(({ content }) => variablesOf(content)))
  return inputFaults(inputs, plain(item.vars)).flatMap(({ variable, fault }) => {
    const isSet = Object.hasOwn(item.vars, variable)
    if (isSet ? Object.hasOwn(defaults, variable) && item.vars[variable] === defaults[variable] : used.has(variable))
      return []
    const quotes = isSet && /^expected string, not (?:number|integer|boolean)$/.test(fault) ? '; put it in quotes' : ''
    return isSet
      ? [located(source, ['vars', variable], `${fault}${quotes}, by the inputs of ${file}`)]
      : [located(source, ['vars'], `lacks "${variable}", which the inputs of ${file} require`)]
  })
}

function plain(vars: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [
      name,
      value instanceof ContentFile ? value.placeholder : nearestData(value),
    ]),
  )
}
