import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { applyEvent } from '../store/apply-event.ts'
import { answered, refuseOtherRequest, repetitionOf } from './route/idempotency.ts'
import type { Checked } from './route/route.ts'
import type { Services } from './services.ts'
import { within } from './timers.ts'

/** What a request made of a feature. */
export interface Changed {
  feature: FeatureState
  /** The status that the first of these requests was answered with. */
  status: number
  /** This one repeats another. */
  repeated: boolean
}

interface Wish {
  event: ReleaseEvent
  /** Of the answer. */
  status: number
  /** What speaks for it, beside the event's own evidence. */
  evidence?: unknown
  /** The feature's revision that it was decided on. */
  seen?: number | undefined
}

/**
 * Lets an event happen to a feature in the name of the caller, and sends the change to the open streams. A repeated
 * request changes nothing more and finds the feature as it is now.
 */
export async function changeFeature(
  services: Services,
  request: Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>,
  feature: string,
  { event, status, evidence, seen }: Wish,
): Promise<Changed> {
  const { store, clock } = services
  const repetition = repetitionOf(request)
  const at = clock.now()
  const before = await answered(store, repetition)
  const result = before
    ? ({ outcome: 'repeated', answer: before } as const)
    : await applyEvent(
        store,
        feature,
        event,
        { at, by: request.caller.name },
        {
          tokenId: request.caller.tokenId,
          evidence,
          seen,
          ...(repetition && {
            remember: {
              key: repetition.key,
              answer: () => ({ requestHash: repetition.requestHash, status, body: null, at }),
            },
          }),
        },
      )
  if (result.outcome === 'repeated') refuseOtherRequest(result.answer, repetition)
  else await send(services)
  const now = result.outcome === 'committed' ? result.feature : await store.feature(feature)
  if (!now) throw new Error(`${feature} is not in the store after a change of it`)
  const repeated = result.outcome === 'repeated'
  return { feature: now, status: repeated ? result.answer.status : status, repeated }
}

/** Longer than this nobody waits for a change to be sent that is stored already. */
const longestSendMs = 2000

/** What is committed stays so, even if it cannot be read back at once: then the next look at the store sends it. */
async function send({ snapshots, clock, log }: Services): Promise<void> {
  const sent = snapshots.reload().catch((error: unknown) => {
    log('warn', 'a change is stored, but could not be sent at once', { error: String(error) })
  })
  await within(clock, longestSendMs, sent)
}
