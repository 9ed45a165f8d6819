import type { Clock } from './clock.ts'
import { sendableInput, sendableOutput } from './content.ts'
import type { Report } from './diagnostic.ts'
import { type Observation, readFeedback, readObservation } from './observation.ts'
import type { OutcomeQueue } from './outcome-queue.ts'
import { position, wholePpm } from './position.ts'
import type { RequestOutcome } from './protocol.ts'
import { nameOf, type References, type RequestName, type RequestReference } from './reference.ts'

/** What the routes of a client have in common. */
export interface Recorder {
  clock: Clock
  report: Report
  newId: () => string
  queue: Pick<OutcomeQueue, 'add' | 'requests'>
  references: References
}

/** The requests of one route, and what is said of them. Nothing here throws. */
export interface Requests {
  /** A request begins, whose end will tell how it went. */
  begin(): void
  end(observation: Observation): void
  record(given: unknown): void
  feedback(given: unknown): void
  reference(): RequestReference | null
  done(): void
}

/** `about`: what all requests of the route have in common; `capturePpm`: share of them that send input and output along. */
export function createRequests(about: Omit<RequestName, 'id'>, capturePpm: number, recorder: Recorder): Requests {
  const { clock, report, newId, queue, references } = recorder
  const { requests } = queue
  let last: RequestOutcome | undefined
  /** Said of a request that has not ended yet. */
  let draft: RequestOutcome | undefined
  let running = 0

  const created = (): RequestOutcome => ({ id: newId(), ...about, observedAt: new Date(clock.now()).toISOString() })

  function merge(outcome: RequestOutcome, { input, output, ...rest }: Observation): void {
    Object.assign(outcome, rest)
    // Under a salt of its own, so that being judged is independent of the arm.
    if (capturePpm === 0 || position('sluice.capture', outcome.id) >= capturePpm) return
    outcome.captured = capturePpm / wholePpm
    const sent = { ...(input && { input: sendableInput(input) }), ...(output && { output: sendableOutput(output) }) }
    for (const [name, content] of Object.entries(sent))
      if (content === undefined)
        report('warn', 'invalid-field', `${name} was left out: no JSON, or above 450,000 bytes`)
    Object.assign(outcome, sent)
  }

  return {
    begin() {
      running += 1
      // What was recorded by hand a moment ago belongs to this request.
      if (last && requests.withdraw(last)) draft = last
    },
    end(observation) {
      running -= 1
      last = created()
      const { observedAt } = last
      if (draft) last.id = draft.id
      merge(last, observation)
      if (draft) Object.assign(last, draft, { observedAt })
      draft = undefined
      requests.open(last, last.error === undefined ? 'succeeded' : 'failed')
    },
    record(given) {
      const observation = readObservation(given, (message) => report('warn', 'invalid-field', message))
      if (!observation) return
      if (running > 0) {
        draft ??= created()
        merge(draft, observation)
      } else if (!last) {
        last = created()
        merge(last, observation)
        requests.open(last, 'recorded')
      } else if (requests.has(last)) {
        merge(last, observation)
        requests.recorded(last)
      } else {
        requests.missed(last)
        report('warn', 'late-record', `a request of ${about.feature} was already sent or done; what came later is lost`)
      }
    },
    feedback(given) {
      sendFeedback(recorder, last, given, 'invalid-feedback', 'nothing was recorded: there was no request yet')
    },
    reference() {
      const request = draft ?? last
      return request ? references.seal(request) : null
    },
    done() {
      if (last) requests.close(last)
    },
  }
}

/** Sends a user's judgement of an earlier request. What is none is told, and why there is no such request. */
export function sendFeedback(
  { clock, report, newId, queue }: Recorder,
  request: RequestName | undefined,
  given: unknown,
  code: string,
  why: string,
): void {
  const said = readFeedback(given, (message) => report('warn', 'invalid-feedback', message))
  if (!request) report('warn', code, why)
  else if (said) {
    const observedAt = new Date(clock.now()).toISOString()
    queue.add({ kind: 'feedback', of: request.id, ...nameOf(request), id: newId(), observedAt, ...said })
  }
}
