import type { RetrievalCheck } from '../../../suite/checks/check-spec.ts'
import { CheckError } from '../check-error.ts'
import type { Measure } from '../measure.ts'

/**
 * Whether the application looked up the relevant documents. The score is recall@k: of the relevant ones the share among
 * the first k that were retrieved. A document that comes twice counts once, at its first rank.
 */
export function measureRetrieval({ value: { relevant, k } }: RetrievalCheck): Measure {
  return ({ trace }) => {
    const { ids, duplicates } = retrievedIds(trace)
    const rankOf = new Map(ids.map((id, index) => [id, index + 1]))
    const ranks = relevant.flatMap((id) => rankOf.get(id) ?? []).sort((a, b) => a - b)
    const missing = relevant.filter((id) => (rankOf.get(id) ?? Number.POSITIVE_INFINITY) > k)
    const found = relevant.length - missing.length
    const again = duplicates === 0 ? '' : `; ${duplicates} came again and ${duplicates === 1 ? 'counts' : 'count'} once`
    const lacking = missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`
    return {
      score: found / relevant.length,
      reason: `${found} of ${relevant.length} relevant documents among the first ${k} of ${ids.length}${lacking}${again}`,
      measured: { kind: 'retrieval', k, relevant: relevant.length, ranks, missing, duplicates },
    }
  }
}

/** The ids in their order, each once. */
function retrievedIds(trace: Parameters<Measure>[0]['trace']): { ids: string[]; duplicates: number } {
  if (!trace?.retrieved) {
    const unread = trace?.unread === undefined ? '' : ` (${trace.unread})`
    throw new CheckError(
      `retrieval: the answer does not say what was retrieved${unread}; let the application report retrieved: [{id, text}]`,
    )
  }
  const nameless = trace.retrieved.findIndex(({ id }) => id === null)
  if (nameless >= 0) {
    throw new CheckError(
      `retrieval: document ${nameless + 1} was reported without an id, so it may be a relevant one or not; report an id for each`,
    )
  }
  const all = trace.retrieved.flatMap(({ id }) => id ?? [])
  const ids = [...new Set(all)]
  return { ids, duplicates: all.length - ids.length }
}
