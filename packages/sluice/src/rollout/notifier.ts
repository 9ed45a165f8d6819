import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import type { Channel } from '../notify/channel.ts'
import { type DeliverOptions, deliver } from '../notify/deliver.ts'
import { type ReleaseNotification, releaseMessage } from '../notify/release-notification.ts'
import type { AuditRow } from '../release/audit.ts'
import type { Store } from '../store/store.ts'
import { startLeaderLoop } from './leader-loop.ts'
import type { WorkLoop } from './work-loop.ts'

export interface NotifierOptions {
  store: Store
  clock: Clock
  channel: Channel
  newsOf: (row: AuditRow) => ReleaseNotification | undefined
  deliver: Omit<DeliverOptions, 'deadline' | 'clock'>
  onError: (error: unknown, waitMs: number) => void
}

const seenSchema = z.strictObject({
  /** By feature, the last row of its record that was told or passed over. */
  seen: z.record(z.string(), z.int()),
  /** The receiver says that the address exists no more. */
  gone: z.boolean(),
})

type Seen = z.output<typeof seenSchema>

const everyMs = 30_000
const rowsAtATime = 100
const longestDeliveryMs = 10_000
const longestBackoffMs = 300_000
/** What could not be told for so long is no news any more. */
const staleMs = 6 * 3_600_000

/**
 * Tells one channel what happens to releases, by following the record of every feature. It stands beside the
 * controller: whatever a receiver does, nothing waits for it. A message is told once; after a crash it may be repeated
 * under the same id. What happened before the channel was first known is not told.
 */
export function startNotifier(options: NotifierOptions): WorkLoop {
  const { store, clock, channel, onError } = options
  const name = `notify:${channel.id} ${channel.addressId}`
  return startLeaderLoop({
    store,
    name,
    clock,
    everyMs,
    longestBackoffMs,
    wakers: [(wake) => store.onChange(wake)],
    onError,
    async work({ held }) {
      const features = (await store.features()).map(({ feature }) => feature)
      const kept = await store.checkpoint(name)
      let cursor = kept?.cursor ?? -1
      const save = async (state: Seen) => {
        if (!(await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state }))) return false
        cursor += 1
        return true
      }
      if (!kept) {
        await save({ seen: await heads(store, features), gone: false })
        return false
      }
      const state = seenSchema.parse(kept.state)
      for (const feature of features) if (held() && !state.gone) await tellFeature(feature, state, save, options)
      return false
    },
  })
}

async function heads(store: Store, features: readonly string[]): Promise<Record<string, number>> {
  const entries = await Promise.all(
    features.map(async (feature) => [feature, (await store.auditHead(feature))?.seq ?? 0] as const),
  )
  return Object.fromEntries(entries)
}

/** Tells, row by row, what is new in a feature's record, noting each in `state`. @throws SluiceError where it could not */
async function tellFeature(
  feature: string,
  state: Seen,
  save: (state: Seen) => Promise<boolean>,
  options: NotifierOptions,
): Promise<void> {
  const before = state.seen[feature] ?? 0
  const rows = await options.store.audit(feature, { after: before, limit: rowsAtATime })
  for (const row of rows) {
    const told = await tellRow(row, options)
    if (told === 'gone') state.gone = true
    state.seen[feature] = row.seq
    if (told !== 'passed-over' && !(await save(state))) return
    if (state.gone) return
  }
  if (state.seen[feature] !== undefined && state.seen[feature] !== before) await save(state)
}

async function tellRow(row: AuditRow, options: NotifierOptions): Promise<'told' | 'gone' | 'passed-over'> {
  const { clock, channel, newsOf } = options
  const news = newsOf(row)
  if (!news || clock.now() - row.at > staleMs) return 'passed-over'
  const message = releaseMessage(news)
  if (channel.onlyAlarms && message.alarm === null) return 'passed-over'
  const delivery = await deliver((now) => channel.request(message, now), {
    ...options.deliver,
    clock: () => clock.now(),
    deadline: clock.now() + longestDeliveryMs,
  })
  if (delivery.state === 'delivered') return 'told'
  if (delivery.state === 'gone') return 'gone'
  throw new SluiceError('cannot-run', `${channel.id} was not told that ${message.title}: ${delivery.why}`)
}
