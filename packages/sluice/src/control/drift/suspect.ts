import type { PastNight } from '../../records/past-night.ts'
import { dayMs } from '../../time-units.ts'
import type { DriftEvent, DriftWatchState } from './drift-state.ts'

export interface Suspect {
  who: 'provider' | 'judge' | 'traffic' | 'unknown'
  /** Why, in one sentence. */
  words: string
}

const recentMs = 7 * dayMs
const nightIsCurrentMs = 3 * dayMs

/**
 * The probable cause of a drift. Live data cannot distinguish a change of the provider from one of the traffic. The
 * nightly can, since it runs the same cases every night and judges the same answers again.
 */
export function suspectOf(
  event: DriftEvent,
  { events }: DriftWatchState,
  night: Pick<PastNight, 'at' | 'codes' | 'verdict'> | undefined,
): Suspect {
  const recent = (codes: readonly string[]) =>
    events.find((other) => other !== event && codes.includes(other.code) && event.at - other.at <= recentMs)
  const served = recent(['served-model', 'served-fingerprint'])
  if (event.code.startsWith('served-')) return { who: 'provider', words: 'It is the provider that changed it.' }
  if (event.code === 'judge-changed') return { who: 'judge', words: 'It is the judge that was changed.' }
  if (served) return { who: 'provider', words: `Probably the provider: ${served.words}` }
  const current = night && Math.abs(event.at - night.at) <= nightIsCurrentMs ? night : undefined
  if (current?.codes.includes('judge-drift') && event.code === 'score')
    return { who: 'judge', words: 'Probably the judge: the nightly found that it scores the same answers differently.' }
  if (current?.codes.some((code) => code === 'provider-drift' || code.startsWith('served-')))
    return { who: 'provider', words: 'Probably the provider: the nightly found that its answers have changed.' }
  if (recent(['inputs']) || event.code === 'inputs')
    return { who: 'traffic', words: 'Probably the traffic: the inputs have changed in length.' }
  if (current?.verdict === 'pass')
    return { who: 'traffic', words: "Probably the traffic: the nightly's cases score as before." }
  return { who: 'unknown', words: 'The cause is unknown: no recent nightly gave a verdict.' }
}
