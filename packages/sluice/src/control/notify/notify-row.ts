import type { Clock } from '@sluice/client'
import type { Channel } from '../../core/notify/channel.ts'
import { type DeliverOptions, deliver } from '../../core/notify/deliver.ts'
import type { ChannelMessage } from '../../core/notify/message.ts'
import { type ReleaseNotification, releaseMessage } from '../../core/notify/release-notification.ts'
import { SluiceError } from '../../errors.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import type { Store } from '../store/store.ts'
import type { NotifiedRows, Waiting } from './notified-rows.ts'

/** What became of a message; `lost`: it could not be told until it was no news any more. */
type NotificationOutcome = 'delivered' | 'refused' | 'delayed' | 'lost'

export interface NotifierOptions {
  store: Store
  clock: Clock
  channel: Channel
  newsOf: (row: AuditRow) => ReleaseNotification | undefined
  deliver: Omit<DeliverOptions, 'deadline' | 'clock'>
  faults: LoopFaults
  count?: (channel: string, fate: NotificationOutcome) => void
}

const retriesAtATime = 5
const longestDeliveryMs = 10_000
const shortestBackoffMs = 5000
const longestBackoffMs = 300_000
/** What could not be told for so long is no news any more. */
const staleMs = 6 * 3_600_000
/** Messages that may wait for one receiver; beyond them the oldest are given up. */
const mostWaiting = 500
/** So long a message of a rollout waits for those before it. */
const orderMs = 60_000

interface News {
  message: ChannelMessage
  rolloutId: string | null
}

/** Tells a row, or lets it wait. False where it is no news for this channel, so that nothing is to be kept of it. */
export async function notifyOfRow(row: AuditRow, told: NotifiedRows, options: NotifierOptions): Promise<boolean> {
  const news = newsFor(row, options)
  if (!news) return false
  const now = options.clock.now()
  const { rolloutId } = news
  const waiting: Waiting = { feature: row.chain, seq: row.seq, rolloutId, since: now, retryAt: now, attempts: 0 }
  if (mustWait(waiting, told, now)) told.waiting.push(waiting)
  else await send(news.message, waiting, told, options)
  for (const oldest of told.waiting.slice(0, Math.max(0, told.waiting.length - mostWaiting)))
    giveUp(oldest, told, options)
  return true
}

/** Tries those again that are due, a few at a time. */
export async function retryWaiting(told: NotifiedRows, options: NotifierOptions): Promise<void> {
  const { store, clock, faults } = options
  const due = told.waiting.filter(({ retryAt }) => retryAt <= clock.now()).slice(0, retriesAtATime)
  for (const waiting of due) {
    if (told.gone) return
    if (mustWait(waiting, told, clock.now())) continue
    const { feature, seq } = waiting
    const rows = await faults.attempt(feature, () => store.audit(feature, { after: seq - 1, limit: 1 }))
    if (!rows) continue
    const news = rows[0] && newsFor(rows[0], options)
    if (news) await send(news.message, waiting, told, options)
    else giveUp(waiting, told, options)
    if (!(await told.save())) return
  }
}

/** What a row says to this channel; undefined where it is none of its business, or no news any more. */
function newsFor(row: AuditRow, { clock, channel, newsOf, faults }: NotifierOptions): News | undefined {
  try {
    const news = newsOf(row)
    if (!news || clock.now() - row.at > staleMs) return undefined
    const message = releaseMessage(news)
    return channel.onlyAlarms && message.alarm === null ? undefined : { message, rolloutId: news.rolloutId }
  } catch (error) {
    faults.note(row.chain, error, 0)
    return undefined
  }
}

/** Of one rollout what happened first is told first, as long as that does not take too long. */
function mustWait({ feature, seq, rolloutId }: Waiting, { waiting }: NotifiedRows, now: number): boolean {
  return waiting.some(
    (other) =>
      other.feature === feature && other.rolloutId === rolloutId && other.seq < seq && now - other.since < orderMs,
  )
}

async function send(
  message: ChannelMessage,
  waiting: Waiting,
  told: NotifiedRows,
  options: NotifierOptions,
): Promise<void> {
  const { clock, channel, faults, count } = options
  const delivery = await deliver((now) => channel.request(message, now), {
    ...options.deliver,
    clock: () => clock.now(),
    deadline: clock.now() + longestDeliveryMs,
  })
  const others = told.waiting.filter((other) => other !== waiting)
  if (delivery.state === 'gone') {
    told.gone = true
  } else if (delivery.state === 'delivered') {
    told.waiting = others
    faults.settled(waiting.feature)
    count?.(channel.id, 'delivered')
  } else {
    told.failed += 1
    const attempts = waiting.attempts + 1
    const waitMs = delivery.refused ? 0 : Math.min(longestBackoffMs, shortestBackoffMs * 2 ** Math.min(attempts, 10))
    const later = { ...waiting, attempts, retryAt: clock.now() + waitMs }
    told.waiting = delivery.refused ? others : [...others, later]
    count?.(channel.id, delivery.refused ? 'refused' : 'delayed')
    const end = delivery.refused ? '; it is not sent again' : ''
    const what = `${channel.id} was not told that ${message.title}: ${delivery.why}${end}`
    faults.note(waiting.feature, new SluiceError(delivery.refused ? 'refused' : 'cannot-run', what), waitMs)
  }
}

function giveUp(waiting: Waiting, told: NotifiedRows, { channel, count, faults }: NotifierOptions): void {
  told.waiting = told.waiting.filter((other) => other !== waiting)
  count?.(channel.id, 'lost')
  const what = `${channel.id} was not told what happened to ${waiting.feature} (row ${waiting.seq} of its log): it is no news any more`
  faults.note(waiting.feature, new SluiceError('cannot-run', what), 0)
}
