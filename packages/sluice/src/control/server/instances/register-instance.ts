import type { InstanceKey } from '../../../records/instance.ts'
import { mostInstances } from '../../store/instance-store.ts'
import { type Caller, hasScope } from '../access/caller.ts'
import type { Services } from '../services.ts'
import { within } from '../timers.ts'
import { timesOf } from './instance-states.ts'

/** A slow or full store must not keep an application from getting its snapshot. */
const longestRegistrationMs = 1000

/**
 * Counts a process among those that may serve something, before it gets its first snapshot, since its first
 * acknowledgement may never arrive. False if that failed or took too long: then the process must not get a proof of
 * freshness. A request without `Sluice-Instance` is not counted, and neither is one of a person who may only look: with
 * such a token a process could otherwise hold up a release, or serve a canary that nobody counts.
 */
export async function registerInstance(services: Services, request: Request, caller: Caller): Promise<boolean> {
  const reporting = reportingInstance(request)
  if (!reporting) return true
  if (!hasScope(caller, ['client', 'operator'])) return false
  const { tokenId } = caller
  const { instance, process, maxStaleMs } = reporting
  const key: InstanceKey = { tokenId, instance, process }
  const nothing = { epoch: '', revision: -1, hash: '', known: false, client: null, stale: false }
  const counted = services.acknowledgements.put({ ...key, ...nothing, ...timesOf(services, maxStaleMs) }).then(
    (hasRoom) => {
      if (!hasRoom) services.log('warn', 'a process is not counted: its token has too many', { mostInstances })
      return true
    },
    (error: unknown) => {
      services.log('warn', 'a process could not be counted', { error: String(error) })
      return false
    },
  )
  return (await within(services.clock, longestRegistrationMs, counted)) ?? false
}

/** Request header by which a process identifies itself. */
export const instanceHeader = {
  'Sluice-Instance':
    '<process> <maxStaleMs> <instance, percent-encoded>: counts the process before it gets a snapshot.',
}

/** What the header `Sluice-Instance` says about the process. */
interface ReportingInstance {
  process: string
  maxStaleMs: number
  instance: string
}

/** Reads `<process> <maxStaleMs> <instance, percent-encoded>`; undefined for anything else. */
export function reportingInstance(request: Request): ReportingInstance | undefined {
  const header = request.headers.get('sluice-instance') ?? ''
  const [, process, trust, encoded] = /^([\w-]{1,200}) (\d{1,15}) (\S{1,1800})$/.exec(header) ?? []
  if (process === undefined || encoded === undefined) return undefined
  try {
    const instance = decodeURIComponent(encoded)
    return instance.length > 200 || instance.includes('\0')
      ? undefined
      : { process, maxStaleMs: Number(trust), instance }
  } catch {
    return undefined
  }
}
