import { SluiceError } from '../../errors.ts'
import { startLeaderLoop } from '../loops/leader-loop.ts'
import type { WorkLoop } from '../loops/work-loop.ts'
import { lastAuditRows } from '../store/release-store.ts'
import { loadNotified, type NotifiedRows, newNotified } from './notified-rows.ts'
import { type NotifierOptions, notifyOfRow, retryWaiting } from './notify-row.ts'

const everyMs = 30_000
const rowsAtATime = 100
/** After so many that take their time the lease is renewed before others are tried. */
const failuresAtATime = 5
const longestBackoffMs = 300_000

/**
 * Tells one channel what happens to releases, by following the record of every feature. It stands beside the
 * controller: whatever a receiver does, nothing waits for it. A message is told once; after a crash it may be repeated
 * under the same id. What happened before the channel was first known is not told. A message that is refused for good
 * is given up, one that cannot be told now waits by itself: the others go on, those of the same rollout after a minute.
 */
export function startNotifier(options: NotifierOptions): WorkLoop {
  const { store, clock, channel, faults } = options
  const name = `notify:${channel.id} ${channel.addressId}`
  let isGoneNoted = false
  const noteGone = () => {
    faults.keepOnly([])
    if (!isGoneNoted) faults.note(null, goneError(channel.id), 0)
    isGoneNoted = true
    return false
  }
  return startLeaderLoop({
    store,
    name,
    clock,
    everyMs,
    longestBackoffMs,
    wakers: [(wake) => store.onChange(wake)],
    ...faults,
    onFollowing() {
      isGoneNoted = false
      faults.onFollowing()
    },
    async work({ held }) {
      const features = (await store.features()).map(({ feature }) => feature)
      faults.keepOnly(features)
      const notified = await loadNotified(store, name)
      if (!notified) {
        await newNotified(store, name, await lastAuditRows(store, features)).save()
        return false
      }
      if (notified.gone) return noteGone()
      const goesOn = () => held() && !notified.gone && notified.failed < failuresAtATime
      let mayWrite = true
      for (const feature of features) {
        if (!mayWrite || !goesOn()) break
        mayWrite = (await faults.attempt(feature, () => notifyOfFeature(feature, notified, goesOn, options))) ?? true
      }
      // What is new goes first: what waits has failed before, and may take its time.
      if (mayWrite && goesOn()) await retryWaiting(notified, options)
      if (notified.gone) return noteGone()
      return notified.failed >= failuresAtATime
    },
  })
}

function goneError(channelId: string): SluiceError {
  const way = 'give the channel another address in sluice.yaml'
  return new SluiceError('refused', `nothing more is sent to ${channelId}: the receiver answered 410; ${way}`)
}

/** Tells, row by row, what is new in a feature's record. False where another replica tells by now. */
async function notifyOfFeature(
  feature: string,
  notified: NotifiedRows,
  goesOn: () => boolean,
  options: NotifierOptions,
): Promise<boolean> {
  const before = notified.seen.get(feature) ?? 0
  const rows = await options.store.audit(feature, { after: before, limit: rowsAtATime })
  for (const row of rows) {
    if (!goesOn()) return true
    const isSent = await notifyOfRow(row, notified, options)
    notified.seen.set(feature, row.seq)
    if (isSent && !(await notified.save())) return false
  }
  return notified.seen.get(feature) === before || notified.save()
}
