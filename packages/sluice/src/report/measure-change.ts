import { z } from 'zod'

/** What part of the measure a change concerns. */
const kinds = [
  ...(['policy', 'judge', 'provider', 'prices', 'check', 'rubric'] as const),
  ...(['cases', 'suite', 'target', 'feature', 'setting'] as const),
] as const

/** One difference between what judges a change and what the base commit would have judged it by. */
export const measureChangeSchema = z.object({
  kind: z.enum(kinds),
  /** In plain words, e.g. `threshold`, or `check contains "yes"`. */
  what: z.string(),
  /** Null where it concerns the whole project. */
  feature: z.string().nullable(),
  /** The case, or the first of several; null where no case is concerned. */
  case: z.string().nullable(),
  /** How many cases it concerns; 0 where none is. */
  cases: z.int().min(0),
  /** The old and the new value in plain words; null where there was or is none. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** It lets more pass than before, or makes the scores mean something else. */
  weakening: z.boolean(),
})

export type MeasureChange = z.infer<typeof measureChangeSchema>

/** A change without what goes without saying. */
export type ChangeParts = Pick<MeasureChange, 'kind' | 'what' | 'before' | 'after'> & Partial<MeasureChange>

/** A weakening of the whole project, unless the parts say otherwise. */
export function measureChange(parts: ChangeParts): MeasureChange {
  return { feature: null, case: null, cases: 0, weakening: true, ...parts }
}

const idsShown = 5

/** The first ids and how many there are besides. */
export function listed(ids: readonly string[]): string {
  const more = ids.length - idsShown
  return `${ids.slice(0, idsShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

const valueLength = 80

/** A value on one line, short enough to be read. */
export function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > valueLength ? `${line.slice(0, valueLength - 1)}…` : line
}
