import { formatAmount, formatSpan } from '../../report/format.ts'
import type { ContentStore } from '../../store/content-store.ts'
import type { LiveSettings } from '../../suite/rollout-settings.ts'

/**
 * Brings what is stored of a feature within the settings that hold now: deletes it where storing is off, shortens its time,
 * and deletes what waits to be judged where other text must be taken out of it. Returns what became of it, in words.
 */
export async function keepWithin(
  store: Pick<ContentStore, 'clearContents' | 'shortenContents'>,
  feature: string,
  { before, now }: { before: LiveSettings | null; now: LiveSettings | null },
): Promise<string[]> {
  if (!now || !before) return []
  if (!now.store) {
    if (!before.store) return []
    const texts = formatAmount(await store.clearContents([feature], 'all'), 'stored text')
    return [`Storing is off: ${texts} of ${feature} deleted.`]
  }
  const notes = before.store ? [] : [`Storing is on: texts of ${feature} are kept for ${formatSpan(now.retention)}.`]
  if (now.redact !== before.redact) {
    const texts = formatAmount(await store.clearContents([feature], 'waiting'), 'text')
    const rest = 'those that are judged already are kept as they are until their time is over'
    notes.push(
      `Texts are redacted otherwise from now on: ${texts} of ${feature} waiting for the judge deleted; ${rest}.`,
    )
  }
  if (now.retention < before.retention) {
    const left = await store.shortenContents(feature, now.retention)
    const texts = formatAmount(left, 'stored text')
    if (left > 0) notes.push(`${texts} of ${feature} kept for ${formatSpan(now.retention)} at the most.`)
  }
  return notes
}
