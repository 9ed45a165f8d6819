import { z } from 'zod'
import type { StoreSignal } from '../signal.ts'
import type { StoreClock } from '../store-clock.ts'
import type { ListenerEvents } from './notifications.ts'

/** PostgreSQL refuses a notification of 8000 bytes. */
const longestText = 7000

/** The rollouts with new entries as a text for a notification; null where it is too long. */
export function rolloutsText(rollouts: readonly string[]): string | null {
  const text = JSON.stringify(rollouts)
  return Buffer.byteLength(text) <= longestText ? text : null
}

const namedSchema = z.array(z.string())

/** What a replica tells the others of an append: its entries have numbers above `base` and up to `base + count`. */
interface AppendNotification {
  base: number
  count: number
  /** The rollouts with new entries; null where they are too many to name. */
  rollouts: readonly string[] | null
}

/** Reads `log BASE COUNT ROLLOUTS`; null where it is not of this form, as from a replica of an older release. */
function readAppend(payload: string): AppendNotification | null {
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
export function replicaNotifications(
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
  let notifiedSeq = 0
  return {
    notified(payload) {
      const [what, revision] = payload.split(' ')
      if (what === 'release') signals.changes.emit(Number(revision))
      if (what === 'log') {
        const append = readAppend(payload)
        if (append && append.base <= notifiedSeq) notifiedSeq = Math.max(notifiedSeq, append.base + append.count)
        signals.appends.emit(append?.rollouts ?? null)
      }
      if (what === 'instances') signals.acknowledged.emit()
    },
    connected() {
      signals.acknowledged.emit()
    },
    polled({ at, revision, logSeq }) {
      clock.set(at)
      if (revision > revisionSeen) signals.changes.emit(revision)
      if (logSeq > notifiedSeq) signals.appends.emit(null)
      revisionSeen = revision
      // Also where it is smaller: a backup of before was restored.
      notifiedSeq = logSeq
      void onPoll()
    },
  }
}
