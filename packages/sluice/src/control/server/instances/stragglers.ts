import { elapsedSince, momentOf } from '@sluice/client'
import type { Services } from '../services.ts'
import { instanceStates, isBehind } from './instance-states.ts'

const mostNamed = 20

/**
 * Checks some time after each change whether all instances have it, and reports those that do not in the log and the
 * metrics. Returns a function that stops the watch.
 */
export function watchStragglers(services: Services): () => void {
  const { clock, settings, snapshots, metrics, log } = services
  let changedAt = momentOf(clock)
  let timer: ReturnType<typeof clock.setTimer> | undefined

  async function check(): Promise<void> {
    const behind = (await instanceStates(services)).filter(isBehind)
    if (behind.length === 0) return
    const names = behind.slice(0, mostNamed).map(({ record }) => record.instance)
    log('warn', 'instances have not applied a change', { instances: behind.length, names })
  }

  snapshots.onLoad(() => {
    changedAt = momentOf(clock)
    if (timer !== undefined) clock.clearTimer(timer)
    timer = clock.setTimer(() => {
      void check().catch((error: unknown) => log('warn', 'instances could not be read', { error: String(error) }))
    }, settings.stragglerMs)
  })

  metrics.gauge('instances', 'Instances by what they run; silent: no report for three heartbeats.', async () => {
    const states = await instanceStates(services)
    const live = states.filter(({ silent }) => !silent)
    const behind = live.filter(isBehind).length
    return [
      { labels: { state: 'current' }, value: live.length - behind },
      { labels: { state: 'behind' }, value: behind },
      { labels: { state: 'stale' }, value: live.filter(({ record }) => record.stale).length },
      { labels: { state: 'silent' }, value: states.length - live.length },
    ]
  })
  metrics.gauge('stragglers', 'Instances without a change that is older than the alarm allows.', async () => {
    if (elapsedSince(clock, changedAt) < settings.stragglerMs) return [{ value: 0 }]
    return [{ value: (await instanceStates(services)).filter(isBehind).length }]
  })

  return () => {
    if (timer !== undefined) clock.clearTimer(timer)
  }
}
