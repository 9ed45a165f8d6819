import type { OutcomeKey } from '../../../records/outcome.ts'

/** A key as one text. Different keys have different texts, whatever characters the ids contain. */
export function outcomeKeyText({ feature, id }: OutcomeKey): string {
  return `${feature.length} ${feature} ${id}`
}
