import type { Clock } from '@sluice/client'
import type { MeasuredTraffic } from '../../../records/rollout/measured-traffic.ts'
import type { UncountedTraffic } from '../../words/act-text.ts'
import type { Services } from '../services.ts'

/** A page does not wait longer for what takes seconds the first time, in ms. */
const soonMs = 25

/** What is found soon, else `late`: then it is there for whoever asks again. */
export async function soon<T, const L>(clock: Clock, found: Promise<T>, late: L): Promise<T | L> {
  let timer: ReturnType<Clock['setTimer']> | undefined
  const isLate = new Promise<L>((resolve) => {
    timer = clock.setTimer(() => resolve(late), soonMs)
  })
  return Promise.race([found, isLate]).finally(() => timer !== undefined && clock.clearTimer(timer))
}

/** The traffic of a feature, for a page that is shown where it cannot be counted, too. */
export function countedTraffic(
  { endForecasts }: Pick<Services, 'endForecasts'>,
  feature: string,
): Promise<MeasuredTraffic | UncountedTraffic | null> {
  return endForecasts.traffic(feature).catch(() => 'uncounted')
}

/** The same for a page that does not wait for it. */
export function trafficSoon(
  services: Pick<Services, 'clock' | 'endForecasts'>,
  feature: string,
): Promise<MeasuredTraffic | UncountedTraffic | null> {
  return soon(services.clock, countedTraffic(services, feature), 'counting')
}
