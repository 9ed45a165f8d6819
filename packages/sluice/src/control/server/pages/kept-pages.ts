import { createHash } from 'node:crypto'
import type { Clock } from '@sluice/client'
import { type PageContent, pagePart } from '../../pages/layout.ts'

/** A page that was made once for all who may see the same. */
interface KeptPage extends PageContent {
  /** When it was made, ms since the epoch. */
  at: number
  /** Differs if anything in it differs. */
  tag: string
  /** Its content without what is around it, as it is sent to all who have the page open. */
  part: Uint8Array<ArrayBuffer>
}

/**
 * Pages that were just made. Two hundred screens that show the same page ask for it after each change, and it is made
 * once.
 */
export interface KeptPages {
  /** `key` names the address and the rights. */
  page(key: string, make: () => Promise<PageContent>): Promise<KeptPage>
  /** Forgets all, since something has changed. */
  drop(): void
}

/** A page is at most this old, in ms: of changes of other replicas this process is not told. */
const keptMs = 1000
const mostKept = 500

export function createKeptPages(clock: Clock): KeptPages {
  const kept = new Map<string, { at: number; page: Promise<KeptPage> }>()

  async function made(at: number, make: () => Promise<PageContent>): Promise<KeptPage> {
    const content = await make()
    const tag = createHash('sha256').update(`${content.title}\0${content.main.markup}`).digest('base64url').slice(0, 22)
    return { ...content, at, tag, part: new TextEncoder().encode(pagePart(content)) }
  }

  return {
    page(key, make) {
      const now = clock.now()
      const before = kept.get(key)
      if (before && now < before.at + keptMs && now >= before.at) return before.page
      if (kept.size >= mostKept) kept.clear()
      const page = made(now, make)
      const entry = { at: now, page }
      kept.set(key, entry)
      page.catch(() => kept.get(key) === entry && kept.delete(key))
      return page
    },
    drop: () => kept.clear(),
  }
}
