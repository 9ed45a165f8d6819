import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { applyEvent } from '../store/apply-event.ts'
import { type PlannedRelease, withoutApproval } from './needed-approval.ts'
import { answered, refuseOtherRequest, repetitionOf, toRemember } from './route/idempotency.ts'
import type { Checked } from './route/route.ts'
import type { Services } from './services.ts'
import { within } from './timers.ts'

/** A feature after a request has changed it. */
export interface Changed {
  feature: FeatureState
  /** The HTTP status of the first of these requests. */
  status: number
  /** Whether this request repeats an earlier one. */
  repeated: boolean
}

interface RequestedEvent {
  event: ReleaseEvent
  /** HTTP status of the answer. */
  status: number
  /** Why it is justified, in addition to the event's own evidence. */
  evidence?: unknown
  /** The feature's revision that the caller had seen. */
  seen?: number | undefined
  /** What is released, where the event is a release. */
  release?: (() => Promise<Pick<PlannedRelease, 'release' | 'version'>>) | undefined
  /** Why it is done without the approval that it needs. */
  breakGlass?: { reason: string } | undefined
}

/**
 * Applies an event to a feature in the name of the caller, and sends the change to the open streams. A repeated request
 * changes nothing and returns the feature as it is now.
 * @throws Problem 409 where the event needs approval, or does not come after the environment before; ReleaseConflict
 * where the state does not allow it
 */
export async function changeFeature(
  services: Services,
  request: Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>,
  feature: string,
  { event, status, evidence, seen, release, breakGlass }: RequestedEvent,
): Promise<Changed> {
  const { store, clock } = services
  const repetition = repetitionOf(request)
  const at = clock.now()
  const before = await answered(store, repetition)
  const { caller } = request
  const result = before
    ? ({ outcome: 'repeated', answer: before } as const)
    : await applyEvent(
        store,
        feature,
        event,
        { at, by: caller.name },
        {
          tokenId: caller.tokenId,
          evidence,
          seen,
          also: () => withoutApproval(services, feature, { caller, event, release, breakGlass }),
          ...(repetition && {
            remember: { key: repetition.key, answer: () => toRemember(repetition, { status, at }) },
          }),
        },
      )
  if (result.outcome === 'repeated') refuseOtherRequest(result.answer, repetition)
  else await sendChange(services)
  const now = result.outcome === 'committed' ? result.feature : await store.feature(feature)
  if (!now) throw new Error(`${feature} was changed, but is not in the store`)
  const repeated = result.outcome === 'repeated'
  return { feature: now, status: repeated ? result.answer.status : status, repeated }
}

/** A stored change is answered after this time at the latest, even if it could not be sent yet. */
const longestSendMs = 2000

/** A failure here undoes nothing: the change is committed, and the next read of the store sends it. */
export async function sendChange({ snapshots, clock, log }: Services): Promise<void> {
  const sent = snapshots.reload().catch((error: unknown) => {
    log('warn', 'a change is stored, but could not be sent at once', { error: String(error) })
  })
  await within(clock, longestSendMs, sent)
}
