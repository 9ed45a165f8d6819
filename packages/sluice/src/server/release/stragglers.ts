import type { Plane } from '../plane.ts'
import { instanceStates } from './instance-states.ts'

const mostNamed = 20

/** Looks some time after each change whether all instances have it, and raises the alarm in log and metrics. Returns how to stop. */
export function watchStragglers(plane: Plane): () => void {
  const { clock, settings, snapshots, metrics, log } = plane
  let changedAt = clock.now()
  let timer: ReturnType<typeof clock.setTimer> | undefined

  async function look(): Promise<void> {
    const behind = (await instanceStates(plane)).filter(({ upToDate }) => !upToDate)
    if (behind.length === 0) return
    const names = behind.slice(0, mostNamed).map(({ record }) => record.instance)
    log('warn', 'instances have not applied a change', { instances: behind.length, names })
  }

  snapshots.onLoad(() => {
    changedAt = clock.now()
    if (timer !== undefined) clock.clearTimer(timer)
    timer = clock.setTimer(() => {
      void look().catch((error: unknown) => log('warn', 'instances could not be looked at', { error: String(error) }))
    }, settings.stragglerMs)
  })

  metrics.gauge('instances', 'Live instances by what they run.', async () => {
    const states = await instanceStates(plane)
    const current = states.filter(({ upToDate }) => upToDate).length
    return [
      { labels: { state: 'current' }, value: current },
      { labels: { state: 'behind' }, value: states.length - current },
      { labels: { state: 'stale' }, value: states.filter(({ record }) => record.stale).length },
    ]
  })
  metrics.gauge('stragglers', 'Instances without a change that is older than the alarm allows.', async () => {
    if (clock.now() - changedAt < settings.stragglerMs) return [{ value: 0 }]
    return [{ value: (await instanceStates(plane)).filter(({ upToDate }) => !upToDate).length }]
  })

  return () => {
    if (timer !== undefined) clock.clearTimer(timer)
  }
}
