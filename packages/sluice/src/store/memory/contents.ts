import type { ContentStore, StoredContent } from '../content-store.ts'
import type { JudgeQueue } from '../judge-queue.ts'
import type { MemoryOutcomes } from './outcomes.ts'

export function memoryContents(outcomes: MemoryOutcomes, queue: JudgeQueue): ContentStore {
  const contents = new Map<string, StoredContent>()

  function removeWhere(isUnwanted: (content: StoredContent) => boolean): string[] {
    const unwanted = [...contents.values()].filter(isUnwanted).map(({ id }) => id)
    for (const id of unwanted) contents.delete(id)
    return unwanted
  }

  return {
    async putContent(offered) {
      for (const content of offered) if (!contents.has(content.id)) contents.set(content.id, structuredClone(content))
    },
    content: async (id) => structuredClone(contents.get(id)),
    async setJudgement(id, judgement, score) {
      const content = contents.get(id)
      if (content) Object.assign(content, { judgement: structuredClone(judgement), score })
    },
    async worstContent({ feature, rolloutId, version, limit }) {
      const judged = [...contents.values()].filter(
        (content) =>
          content.score !== null &&
          content.feature === feature &&
          (rolloutId === undefined || content.rolloutId === rolloutId) &&
          (version === undefined || content.version === version),
      )
      return structuredClone(judged.sort(byScore).slice(0, limit))
    },
    expireContent: async (now) => removeWhere(({ expiresAt }) => expiresAt <= now).length,
    async forgetContent(unit) {
      const removed = removeWhere((content) => content.unit === unit)
      await queue.finish([...removed, ...outcomes.removeWhere((entry) => entry.unit === unit)])
      return removed.length
    },
  }
}

function byScore(a: StoredContent, b: StoredContent): number {
  return (a.score ?? 0) - (b.score ?? 0) || a.storedAt - b.storedAt || (a.id < b.id ? -1 : 1)
}
