import { elapsed } from './clock.ts'
import { type DiagnosticReporter, messageOf } from './diagnostic.ts'
import {
  errorText,
  type Feedback,
  longestLatencyMs,
  type Observation,
  readObservation,
} from './outcomes/observation.ts'
import type { RequestName, RequestReference } from './outcomes/reference.ts'
import { createRequests, type Recorder, type Requests } from './outcomes/requests.ts'
import { InvalidVariableError, inputFaults } from './prompt/inputs.ts'
import { render } from './prompt/template.ts'
import type { Arm, Capture, PromptMessage, PromptVersion } from './protocol.ts'
import type { Routing } from './routing/routing.ts'

/** The prompt for a request. All requests of a version share this object, so it is frozen. */
export interface RoutedPrompt extends PromptVersion {
  /**
   * The messages with every `{{variable}}` replaced. Replaced text is not rendered again.
   * @throws InvalidVariableError if a variable is not what the prompt's `inputs` say
   * @throws UnknownVariableError if the prompt is strict and a variable has no value
   */
  render(vars: Readonly<Record<string, unknown>>): PromptMessage[]
}

/** The version for one request, and how to record its outcome. */
export interface Route {
  feature: string
  /** Id of the version, 12 hex digits. Null if neither a snapshot nor a fallback has the feature. */
  version: string | null
  /** Null if `version` is null. */
  prompt: Readonly<RoutedPrompt> | null
  /** Null if no rollout decided. */
  arm: Arm | null
  rolloutId: string | null
  stage: number | null
  /**
   * Identifies this route's last request for `sluice.feedback`; it may be called while the request is running. Null
   * before the first request, and without a version.
   */
  reference(): RequestReference | null
  /**
   * Calls `work`, measures its time and records the outcome. What `work` throws is recorded and thrown on unchanged. A
   * string that it returns is the output; for another result `describe` may return the observation. Cancelled work is
   * no error. It counts as cancelled if `signal` is aborted, but not by a `TimeoutError`; without `signal`, if `work`
   * throws an `AbortError`.
   */
  run<T>(work: () => T | Promise<T>, describe?: (result: T) => Observation, signal?: AbortSignal): Promise<T>
  /**
   * Adds to the request of the last `run`, until it is sent: after `recordMs` (30 s), or soon after its first record.
   * Without a run it records a request by itself. Invalid fields are left out or cut; the rest is kept. Never throws.
   */
  record(observation: Observation): void
  /** Sends a user's feedback on the last request. Never throws. */
  feedback(feedback: Feedback): void
  /** Says that nothing more will be recorded about the last request, so it is sent with the next batch. */
  done(): void
}

export interface RouteOptions {
  feature: string
  unit: string | undefined
  routing: Routing | undefined
  version: PromptVersion | undefined
  capture: Capture | undefined
  recorder: Recorder
}

export function createRoute({ feature, unit, routing, version, capture, recorder }: RouteOptions): Route {
  const { arm = null, rolloutId = null, stage = null } = routing ?? {}
  let made: Requests | undefined
  /** Made when they are needed, since making them takes most of the time of a decision. */
  const requests = () => {
    if (!version || made) return made
    const rollout = rolloutId === null ? {} : { arm, rolloutId, stage }
    const about = { feature, version: version.id, ...rollout, unit } as Omit<RequestName, 'id'>
    made = createRequests(about, capture?.[arm ?? 'incumbent'] ?? 0, recorder)
    return made
  }
  return {
    feature,
    version: version?.id ?? null,
    prompt: version ? routedPrompt(version) : null,
    arm,
    rolloutId,
    stage,
    reference: () => requests()?.reference() ?? null,
    run: (work, describe, signal) => timed(work, describe, signal, requests(), recorder),
    record: (observation) => requests()?.record(observation),
    feedback: (feedback) => requests()?.feedback(feedback),
    done: () => requests()?.done(),
  }
}

async function timed<T>(
  work: () => T | Promise<T>,
  describe: ((result: T) => Observation) | undefined,
  signal: AbortSignal | undefined,
  requests: Requests | undefined,
  { clock, report }: Recorder,
): Promise<T> {
  if (typeof work !== 'function') {
    if (requests) report('warn', 'invalid-work', 'nothing was recorded: run expects a function')
    return work
  }
  if (!requests) return work()
  const startedAt = elapsed(clock)
  const ended = requests.begin()
  const end = (observation: Observation) => {
    const latencyMs = Math.round((elapsed(clock) - startedAt) * 10) / 10
    // If the clock stepped, the duration is unknown.
    ended({ ...(latencyMs >= 0 && latencyMs <= longestLatencyMs && { latencyMs }), ...observation })
  }
  try {
    const result = await work()
    end(described(result, describe, report))
    return result
  } catch (error) {
    const text = errorText(error)
    // A request that its caller cancels is no error of the prompt. One that exceeds its time limit is.
    const isCancelled = signal
      ? signal.aborted && !/^TimeoutError/.test(errorText(signal.reason))
      : /^AbortError/.test(text)
    end(isCancelled ? {} : { error: text })
    throw error
  }
}

/** The observation of a result. If `describe` fails, only its fields are missing. */
function described<T>(
  result: T,
  describe: ((result: T) => Observation) | undefined,
  report: DiagnosticReporter,
): Observation {
  const fault = (message: string) => report('warn', 'invalid-field', `describe: ${message}`)
  try {
    const stream = isStream(result)
    if (stream) report('warn', 'stream', 'run returned a stream: record at its end')
    const given = describe ? describe(result) : typeof result === 'string' ? { output: result } : {}
    // A promise is not awaited, and its rejection must not end the process.
    if (given instanceof Promise) given.catch(() => undefined)
    const observation = readObservation(given, fault)
    return { ...(stream && ({ latencyMs: undefined } as object)), ...observation }
  } catch (error) {
    fault(messageOf(error))
    return {}
  }
}

/** Whether the result is read after `run` is over: a stream, a generator or an iterator. */
function isStream(result: unknown): boolean {
  const { next, getReader } = Object(result)
  return Symbol.asyncIterator in Object(result) || typeof (next ?? getReader) === 'function'
}

const prompts = new WeakMap<PromptVersion, RoutedPrompt>()

function routedPrompt(version: PromptVersion): RoutedPrompt {
  const known = prompts.get(version)
  if (known) return known
  const prompt: RoutedPrompt = {
    ...version,
    render(vars) {
      for (const { variable, fault } of inputFaults(version.inputs, vars))
        throw new InvalidVariableError(variable, fault)
      return version.messages.map(({ role, content }) => ({
        role,
        content: render(content, vars, { strict: version.strict }),
      }))
    },
  }
  prompts.set(version, frozen(prompt))
  return prompt
}

/** Frozen, since otherwise a change by one request, e.g. a user's text, would reach other requests. */
function frozen<T extends object>(value: T): T {
  for (const part of Object.values(Object.freeze(value))) if (!Object.isFrozen(part)) frozen(part as object)
  return value
}
