import type { Clock } from '@sluice/client'
import { backoffMs, keptBackoff } from '../../backoff.ts'
import type { Channel } from '../../core/notify/channel.ts'
import { type DeliverOptions, deliver } from '../../core/notify/deliver.ts'
import type { ChannelMessage } from '../../core/notify/message.ts'
import { type ReleaseNotification, releaseMessage } from '../../core/notify/release-notification.ts'
import { SluiceError } from '../../errors.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import { hourMs } from '../../time-units.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import type { Store } from '../store/store.ts'
import type { NotifiedRows, Waiting } from './notified-rows.ts'

/** How a delivery ended. `lost`: it did not succeed before the message was too old. */
type NotificationOutcome = 'delivered' | 'refused' | 'delayed' | 'lost'

export interface NotifierOptions {
  store: Store
  clock: Clock
  channel: Channel
  notificationOf: (row: AuditRow) => Promise<ReleaseNotification | undefined>
  deliver: Omit<DeliverOptions, 'deadline' | 'clock'>
  faults: LoopFaults
  count?: (channel: string, outcome: NotificationOutcome) => void
}

const retriesAtATime = 5
const longestDeliveryMs = 10_000
/** A message that could not be delivered for so long is given up. */
const staleMs = 6 * hourMs
/** Messages that may wait for one receiver; beyond them the oldest are given up. */
const mostWaiting = 500
/** A message about a rollout waits this long for those before it. */
const orderMs = 60_000

interface RowMessage {
  message: ChannelMessage
  rolloutId: string | null
}

/** Sends a message about a row, or lets it wait. False where the row is nothing for this channel. */
export async function notifyOfRow(row: AuditRow, notified: NotifiedRows, options: NotifierOptions): Promise<boolean> {
  const found = await messageFor(row, options)
  if (!found) return false
  const now = options.clock.now()
  const { rolloutId } = found
  const waiting: Waiting = { feature: row.chain, seq: row.seq, rolloutId, since: now, retryAt: now, attempts: 0 }
  if (mustWait(waiting, notified, now)) notified.waiting.push(waiting)
  else await send(found.message, waiting, notified, options)
  for (const oldest of notified.waiting.slice(0, Math.max(0, notified.waiting.length - mostWaiting)))
    giveUp(oldest, notified, options)
  return true
}

/** Tries those again that are due, a few at a time. */
export async function retryWaiting(notified: NotifiedRows, options: NotifierOptions): Promise<void> {
  const { store, clock, faults } = options
  const due = notified.waiting.filter(({ retryAt }) => retryAt <= clock.now()).slice(0, retriesAtATime)
  for (const waiting of due) {
    if (notified.gone) return
    if (mustWait(waiting, notified, clock.now())) continue
    const { feature, seq } = waiting
    const rows = await faults.attempt(feature, () => store.audit(feature, { after: seq - 1, limit: 1 }))
    if (!rows) continue
    const found = rows[0] && (await messageFor(rows[0], options))
    if (found) await send(found.message, waiting, notified, options)
    else giveUp(waiting, notified, options)
    if (!(await notified.save())) return
  }
}

/** The message that this channel gets about a row. Undefined where it gets none, or the row is too old. */
async function messageFor(
  row: AuditRow,
  { clock, channel, notificationOf, faults }: NotifierOptions,
): Promise<RowMessage | undefined> {
  try {
    const notification = await notificationOf(row)
    if (!notification || clock.now() - row.at > staleMs) return undefined
    const message = releaseMessage(notification)
    return channel.onlyAlarms && message.alarm === null ? undefined : { message, rolloutId: notification.rolloutId }
  } catch (error) {
    faults.note(row.chain, error, 0)
    return undefined
  }
}

/** Messages about one rollout are sent in order, as long as that does not take too long. */
function mustWait({ feature, seq, rolloutId }: Waiting, { waiting }: NotifiedRows, now: number): boolean {
  return waiting.some(
    (other) =>
      other.feature === feature && other.rolloutId === rolloutId && other.seq < seq && now - other.since < orderMs,
  )
}

async function send(
  message: ChannelMessage,
  waiting: Waiting,
  notified: NotifiedRows,
  options: NotifierOptions,
): Promise<void> {
  const { clock, channel, faults, count } = options
  const delivery = await deliver((now) => channel.request(message, now), {
    ...options.deliver,
    clock: () => clock.now(),
    deadline: clock.now() + longestDeliveryMs,
  })
  const others = notified.waiting.filter((other) => other !== waiting)
  if (delivery.state === 'gone') {
    notified.gone = true
  } else if (delivery.state === 'delivered') {
    notified.waiting = others
    faults.settled(waiting.feature)
    count?.(channel.id, 'delivered')
  } else {
    notified.failed += 1
    const attempts = waiting.attempts + 1
    const waitMs = delivery.refused ? 0 : backoffMs(keptBackoff, attempts)
    const later = { ...waiting, attempts, retryAt: clock.now() + waitMs }
    notified.waiting = delivery.refused ? others : [...others, later]
    count?.(channel.id, delivery.refused ? 'refused' : 'delayed')
    const end = delivery.refused ? '; it is not sent again' : ''
    const what = `${channel.id} did not get the message "${message.title}": ${delivery.why}${end}`
    faults.note(waiting.feature, new SluiceError(delivery.refused ? 'refused' : 'cannot-run', what), waitMs)
  }
}

function giveUp(waiting: Waiting, notified: NotifiedRows, { channel, count, faults }: NotifierOptions): void {
  notified.waiting = notified.waiting.filter((other) => other !== waiting)
  count?.(channel.id, 'lost')
  const what = `${channel.id} did not get the message about ${waiting.feature} (row ${waiting.seq} of its log): it is too old now`
  faults.note(waiting.feature, new SluiceError('cannot-run', what), 0)
}
