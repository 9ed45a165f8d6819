import type { Clock } from '../clock.ts'
import type { DiagnosticReporter } from '../diagnostic.ts'
import type { RequestOutcome } from '../protocol.ts'
import { position, wholePpm } from '../routing/position.ts'
import { type Observation, readFeedback, readObservation } from './observation.ts'
import type { OutcomeQueue } from './outcome-queue.ts'
import { nameOf, type References, type RequestName, type RequestReference } from './reference.ts'
import { sendableObject, sendableOutput } from './sendable.ts'

/** What all routes of a client share. */
export interface Recorder {
  clock: Clock
  report: DiagnosticReporter
  newId: () => string
  queue: Pick<OutcomeQueue, 'add' | 'requests'>
  references: References
}

/** Records the requests of one route. Nothing here throws. */
export interface Requests {
  /** Begins a request. Call the returned function at its end. */
  begin(): (observation: Observation) => void
  record(given: unknown): void
  feedback(given: unknown): void
  reference(): RequestReference | null
  done(): void
}

/**
 * `about`: the fields that all requests of the route share. `capturePpm`: share of requests that send input and output.
 */
export function createRequests(about: Omit<RequestName, 'id'>, capturePpm: number, recorder: Recorder): Requests {
  const { clock, report, newId, queue, references } = recorder
  const { requests } = queue
  /** The request that began last, even if an earlier one is still running. */
  let last: RequestOutcome | undefined
  let running = false

  const now = () => timeText(clock.now())
  const created = (observedAt: string): RequestOutcome => ({ id: newId(), ...about, observedAt })

  function merge(
    outcome: RequestOutcome,
    { input, output, toolCalls, trajectory, trajectoryRef, ...rest }: Observation,
  ): void {
    // With another salt than the rollout's, so that the choice is independent of the arm.
    const captured = capturePpm > 0 && position('sluice.capture', outcome.id) < capturePpm
    if (captured) outcome.captured = capturePpm / wholePpm
    const sent = {
      ...(toolCalls && { toolCalls: sendableObject(toolCalls, 30_000) }),
      ...(captured && {
        ...(input && { input: sendableObject(input) }),
        ...(output && { output: sendableOutput(output) }),
        ...(trajectory && { trajectory: sendableObject(trajectory, 100_000) }),
        ...(trajectoryRef && { trajectoryRef }),
      }),
    }
    for (const [name, content] of Object.entries(sent))
      if (content === undefined) report('warn', 'invalid-field', `left out or changed: ${name}`)
    Object.assign(outcome, rest, sent)
  }

  return {
    begin() {
      // A record just before the run belongs to this request.
      const request = last && requests.withdraw(last) ? last : created('')
      last = request
      running = true
      return (observation) => {
        if (last === request) running = false
        // Recorded fields take precedence over those of the run.
        const recorded = { ...request, observedAt: now() }
        merge(request, observation)
        Object.assign(request, recorded)
        requests.open(request, request.error === undefined ? 'succeeded' : 'failed')
      }
    },
    record(given) {
      const observation = readObservation(given, (message) => report('warn', 'invalid-field', message))
      if (!observation) return
      if (last && running) merge(last, observation)
      else if (!last) {
        last = created(now())
        merge(last, observation)
        requests.open(last, 'recorded')
      } else {
        merge(last, observation)
        if (requests.recorded(last)) return
        report('warn', 'late-record', `${about.feature}: the record came too late`)
      }
    },
    feedback(given) {
      sendFeedback(recorder, last, given, 'invalid-feedback', 'nothing was recorded: no request yet')
    },
    reference: () => (last ? references.seal(last) : null),
    done() {
      if (last) requests.close(last)
    },
  }
}

let latest = { at: Number.NaN, text: '' }

/** ISO 8601. The text is made once a millisecond, since making it takes a large part of the time of a request. */
function timeText(at: number): string {
  if (latest.at !== at) latest = { at, text: new Date(at).toISOString() }
  return latest.text
}

/** Sends feedback on a request. Invalid feedback is reported; without a request, `code` and `why` are. */
export function sendFeedback(
  { clock, report, newId, queue }: Recorder,
  request: RequestName | undefined,
  given: unknown,
  code: string,
  why: string,
): void {
  const judgement = readFeedback(given, (message) => report('warn', 'invalid-feedback', message))
  if (!request) report('warn', code, why)
  else if (judgement) {
    const observedAt = timeText(clock.now())
    queue.add({ kind: 'feedback', of: request.id, ...nameOf(request), id: newId(), observedAt, ...judgement })
  }
}
