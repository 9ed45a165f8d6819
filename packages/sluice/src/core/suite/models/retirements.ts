import { z } from 'zod'
import { formatAmount } from '../../../text/format.ts'
import { dayMs } from '../../../time-units.ts'
import { type ModelId, parseModelId } from './model.ts'
import type { ProviderSettings } from './provider-settings.ts'
import { type Retirement, type RetirementPage, retirementTable } from './retirement-table.ts'
import { type Wildcards, wildcardMatch } from './wildcards.ts'

const day = z.iso.date({ error: 'expected a day such as 2027-01-14' })

const retirementSchema = z
  .strictObject({
    date: day.meta({
      description: 'The day on which the model ends, or before which it does not.',
      examples: ['2027-03-01'],
    }),
    kind: z
      .enum(['retired', 'not-sooner-than'])
      .exactOptional()
      .meta({
        description: 'retired: it ends on that day. not-sooner-than: it does not end before (default retired).',
        examples: ['not-sooner-than'],
      }),
    replacement: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: 'The model to go to, as provider:model.', examples: ['azure:chat-next'] }),
    source: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: 'Where the date is from, e.g. an address (default sluice.yaml).',
        examples: ['mail of 2 November'],
      }),
  })
  .meta({ description: 'The end of a model.' })

/** The `retirements` of sluice.yaml. */
export const retirementsSchema = z.record(z.string().min(1), z.union([z.literal(false), retirementSchema])).meta({
  description:
    'Ends of models beside the shipped table, and over it; keys are provider:model, * matches anything. false: none is known, do not warn.',
  examples: [{ 'azure:chat-prod': { date: '2027-03-01', replacement: 'azure:chat-next' }, 'openai:gpt-4o': false }],
})

export type RetirementSettings = z.output<typeof retirementsSchema>

/** What is known about the end of one model of a project. */
export interface ModelEnd {
  /** `provider:model`, as the project writes it. */
  model: string
  date: string
  kind: Retirement['kind']
  /** `provider:model`; null where none is named. */
  replacement: string | null
  /** Where the date is from. */
  source: string
  /** The day on which the source said so; null for the project's own entries and what a provider tells now. */
  read: string | null
  /** The name alone is known: a server or a deployment of that name may end on another day. */
  byNameOnly: boolean
}

interface Known {
  providers: Readonly<Record<string, ProviderSettings>>
  retirements?: Wildcards<RetirementSettings[string]> | undefined
}

/**
 * The end of a model by the project's own entries, else by the shipped table. Undefined where nothing is known, which
 * promises nothing. Recordings have no end, except where the project writes one.
 */
export function modelEnd(model: string, { providers, retirements = {} }: Known): ModelEnd | undefined {
  const id = parseModelId(model)
  if (!id) return undefined
  const own = wildcardMatch(`${id.provider}:${id.model}`, retirements)
  if (own === false) return undefined
  if (own !== undefined) {
    const { date, kind = 'retired', replacement = null, source = 'sluice.yaml' } = own
    return { model, date, kind, replacement, source, read: null, byNameOnly: false }
  }
  const configured = Object.hasOwn(providers, id.provider) ? providers[id.provider] : undefined
  const kind = configured?.kind ?? id.provider
  if (kind === 'replay') return undefined
  const byNameOnly = kind === 'openai-compatible' || configured?.baseURL !== undefined
  const pages =
    kind === 'openai-compatible' ? retirementTable : retirementTable.filter((page) => page.provider === kind)
  for (const page of pages) {
    const found = entryOf(id.model, page)
    if (!found) continue
    const { date, replacement } = found
    return {
      model,
      date,
      kind: found.kind,
      replacement: replacement === null ? null : replacementIn(id, replacement),
      source: page.source,
      read: page.read,
      byNameOnly,
    }
  }
  return undefined
}

/** On the same server the replacement has the same prefix, e.g. `openrouter:openai/...`. */
function replacementIn({ provider, model }: ModelId, replacement: string): string {
  return `${provider}:${model.slice(0, model.lastIndexOf('/') + 1)}${replacement}`
}

const snapshotDate = /(?:-(?:20\d{2}-\d{2}-\d{2}|20\d{6}))$/

/** An exact name first; else names that differ by a date only. A fine-tuned model ends with the model it is made of. */
function entryOf(name: string, { retirements }: RetirementPage): Retirement | undefined {
  const base = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^ft:([^:]+).*$/, '$1')
    .replace('@', '-')
  const exact = retirements.find(({ model }) => model === base)
  if (exact) return exact
  const undated = base.replace(snapshotDate, '').replace(/-latest$/, '')
  return retirements.find(({ model }) =>
    undated === base ? model.replace(snapshotDate, '') === base : model === undated,
  )
}

/** The id without the date of a snapshot at its end, where it has one. */
export function undated(model: string): string {
  return model.replace(snapshotDate, '')
}

/** Whole days from one day to another. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs)
}

/** Days before an end from which it is warned about. */
const warnedBeforeDays = 120
const oldTableDays = 90

/** Whether a reader has to hear of an end today: it is near or past. */
export function isNear({ date: end }: ModelEnd, today: string): boolean {
  return daysBetween(today, end) <= warnedBeforeDays
}

/** One or two sentences on an end, the stronger the closer it is. */
export function endSentence(end: ModelEnd, today: string): string {
  const left = daysBetween(today, end.date)
  const { model, kind, date: on, replacement } = end
  const when =
    kind === 'retired'
      ? left < 0
        ? `${model} was to be switched off on ${on}, ${formatAmount(-left, 'day')} ago: expect its calls to fail`
        : left === 0
          ? `${model} is switched off today, ${on}`
          : `${model} is switched off on ${on}, in ${formatAmount(left, 'day')}`
      : left < 0
        ? `${model} was promised until ${on} only, and that is ${formatAmount(-left, 'day')} ago: it may end at any notice`
        : `${model} is promised until ${on} only, ${left === 0 ? 'which is today' : `for ${formatAmount(left, 'more day')}`}`
  const named = end.byNameOnly
    ? ` by its vendor; this server or deployment may have another date: write it under retirements in sluice.yaml`
    : ''
  const way = replacement === null ? '' : ` --to ${replacement}`
  return `${when}${named}. Leave it with: sluice upgrade --from ${model}${way}${agedNote(end, today)}`
}

/** ` (this table is from 2026-10-10)` where the source was read long ago; empty otherwise. */
function agedNote({ read, source }: ModelEnd, today: string): string {
  if (read === null || daysBetween(read, today) <= oldTableDays) return ` (source: ${source})`
  return ` (this table is from ${read} and may be out of date: ${source})`
}
