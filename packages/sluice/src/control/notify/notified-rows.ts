import { z } from 'zod'
import type { Store } from '../store/store.ts'

const waitingSchema = z.strictObject({
  feature: z.string(),
  /** Place in the feature's record. */
  seq: z.int(),
  rolloutId: z.string().nullable(),
  /** When its delivery first failed, and when it is tried again, in ms since the epoch. */
  since: z.number(),
  retryAt: z.number(),
  attempts: z.int(),
})

/** A row that the receiver could not take yet. */
export type Waiting = z.output<typeof waitingSchema>

const storedSchema = z.strictObject({
  /** The last row of each feature's record that was sent, passed over or waits. */
  seen: z.record(z.string(), z.int()),
  /** The receiver says that the address exists no more. */
  gone: z.boolean(),
  waiting: z.array(waitingSchema).default([]),
})

/** Which rows of the record a channel has been notified of. */
export interface NotifiedRows {
  seen: Map<string, number>
  gone: boolean
  /** Deliveries that failed since it was loaded. */
  failed: number
  /** In the order of their first attempt; bounded. */
  waiting: Waiting[]
  /** False where another replica has written meanwhile: then nothing more is to be told. */
  save(): Promise<boolean>
}

/**
 * What the channel of this name was told; undefined for one that was not known before. What cannot be read is set
 * aside: then all rows of the last hours are told once more, under the ids that they had, since a repetition is better
 * than a gap.
 */
export async function loadNotified(store: Store, name: string): Promise<NotifiedRows | undefined> {
  const kept = await store.checkpoint(name)
  if (!kept) return undefined
  const { data } = storedSchema.safeParse(kept.state)
  if (data) return notifiedRows(store, name, kept.cursor, { ...data, seen: new Map(Object.entries(data.seen)) })
  await store.setAside(name, kept.cursor)
  return notifiedRows(store, name, -1, { seen: new Map(), gone: false, waiting: [] })
}

/** A channel that is told from these rows on. */
export function newNotified(store: Store, name: string, seen: Map<string, number>): NotifiedRows {
  return notifiedRows(store, name, -1, { seen, gone: false, waiting: [] })
}

function notifiedRows(
  store: Store,
  name: string,
  stored: number,
  state: Omit<NotifiedRows, 'save' | 'failed'>,
): NotifiedRows {
  let cursor = stored
  const rows: NotifiedRows = {
    ...state,
    failed: 0,
    async save() {
      const { seen, gone, waiting } = rows
      const next = { cursor: cursor + 1, state: { seen: Object.fromEntries(seen), gone, waiting } }
      if (!(await store.saveCheckpoint(name, cursor, next))) return false
      cursor += 1
      return true
    },
  }
  return rows
}
