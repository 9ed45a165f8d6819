import { z } from 'zod'
import type { StoreSignal } from '../signal.ts'
import type { StoreClock } from '../store-clock.ts'
import type { ListenerEvents } from './notifications.ts'

/** PostgreSQL refuses a notification of 8000 bytes. */
const longestNews = 7000

/** The rollouts with new entries as a text for a notification; null where it is too long. */
export function namedInNews(rollouts: readonly string[]): string | null {
  const text = JSON.stringify(rollouts)
  return Buffer.byteLength(text) <= longestNews ? text : null
}

const namedSchema = z.array(z.string())

/** What a replica tells the others of an append: its entries have numbers above `base` and up to `base + count`. */
interface AppendNews {
  base: number
  count: number
  /** The rollouts with new entries; null where they are too many to name. */
  rollouts: readonly string[] | null
}

/** Reads `log BASE COUNT ROLLOUTS`; null where it is not of this form, as from a replica of an older release. */
function readAppendNews(payload: string): AppendNews | null {
  const [, base, count, named] = /^log (\d+) (\d+)(?: (.+))?$/.exec(payload) ?? []
  if (base === undefined) return null
  try {
    const rollouts = named === undefined ? null : namedSchema.parse(JSON.parse(named))
    return { base: Number(base), count: Number(count), rollouts }
  } catch {
    return null
  }
}

/**
 * Passes on changes of other replicas, whether they were notified or found by a poll. A poll that finds appends which
 * nobody told of asks to look at all rollouts.
 */
export function replicaNews(
  signals: {
    changes: StoreSignal<number>
    appends: StoreSignal<readonly string[] | null>
    acknowledged: StoreSignal<void>
  },
  clock: StoreClock,
  onPoll: () => Promise<void>,
): ListenerEvents {
  let revisionSeen = 0
  // All entries up to this number were heard of.
  let heardSeq = 0
  return {
    notified(payload) {
      const [what, revision] = payload.split(' ')
      if (what === 'release') signals.changes.emit(Number(revision))
      if (what === 'log') {
        const news = readAppendNews(payload)
        if (news && news.base <= heardSeq) heardSeq = Math.max(heardSeq, news.base + news.count)
        signals.appends.emit(news?.rollouts ?? null)
      }
      if (what === 'instances') signals.acknowledged.emit()
    },
    connected() {
      signals.acknowledged.emit()
    },
    polled({ at, revision, logSeq }) {
      clock.set(at)
      if (revision > revisionSeen) signals.changes.emit(revision)
      if (logSeq > heardSeq) signals.appends.emit(null)
      revisionSeen = revision
      // Also where it is smaller: a backup of before was restored.
      heardSeq = logSeq
      void onPoll()
    },
  }
}
