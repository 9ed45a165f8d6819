import type { StoredContent } from '../../../records/content.ts'
import type { OutcomeKey } from '../../../records/outcome.ts'
import type { ContentStore } from '../content-store.ts'
import { forgettingOfFeature } from '../forget-store.ts'
import { copyOf } from './copy.ts'
import type { MemoryForgetting } from './forgetting.ts'
import { outcomeKeyText } from './key-text.ts'

export interface MemoryContents extends Omit<ContentStore, 'discard' | 'clearContents'> {
  /** Deletes the contents with these keys. Returns how many there were. */
  remove(keys: readonly OutcomeKey[]): number
  /** Deletes the contents for which the condition holds. Returns them. */
  removeWhere(isUnwanted: (content: StoredContent) => boolean): StoredContent[]
}

export function memoryContents({ isForgotten, expire }: MemoryForgetting): MemoryContents {
  const contents = new Map<string, StoredContent>()

  function removeWhere(isUnwanted: (content: StoredContent) => boolean): StoredContent[] {
    const unwanted = [...contents.values()].filter(isUnwanted)
    for (const content of unwanted) contents.delete(outcomeKeyText(content))
    return unwanted
  }

  return {
    remove: (keys) => keys.filter((key) => contents.delete(outcomeKeyText(key))).length,
    removeWhere,
    async putContent(offered) {
      for (const content of offered) {
        const { unit, feature, storedAt } = content
        const key = outcomeKeyText(content)
        if (contents.has(key) || isForgotten(unit, forgettingOfFeature(feature), storedAt)) continue
        contents.set(key, copyOf(content))
      }
    },
    content: async (key) => copyOf(contents.get(outcomeKeyText(key))),
    async setJudgement(key, judgement, score) {
      const content = contents.get(outcomeKeyText(key))
      if (content) Object.assign(content, { judgement: copyOf(judgement), score })
    },
    async worstContent({ feature, rolloutId, version, limit }) {
      const judged = [...contents.values()].filter(
        (content) =>
          content.score !== null &&
          content.feature === feature &&
          (rolloutId === undefined || content.rolloutId === rolloutId) &&
          (version === undefined || content.version === version),
      )
      return copyOf(judged.sort(byScore).slice(0, limit))
    },
    async shortenContents(feature, retentionMs) {
      const own = [...contents.values()].filter((content) => content.feature === feature)
      for (const content of own) content.expiresAt = Math.min(content.expiresAt, content.storedAt + retentionMs)
      return own.length
    },
    async expireContent(now) {
      expire(now)
      return removeWhere(({ expiresAt }) => expiresAt <= now).length
    },
  }
}

function byScore(a: StoredContent, b: StoredContent): number {
  return (a.score ?? 0) - (b.score ?? 0) || a.storedAt - b.storedAt || (a.id < b.id ? -1 : 1)
}
