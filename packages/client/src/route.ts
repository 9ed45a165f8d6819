import { elapsed } from './clock.ts'
import { messageOf, type Report } from './diagnostic.ts'
import { errorText, type Feedback, type Observation, readObservation } from './observation.ts'
import type { Arm, Capture, PromptMessage, PromptVersion } from './protocol.ts'
import type { RequestName, RequestReference } from './reference.ts'
import { createRequests, type Recorder, type Requests } from './requests.ts'
import type { Routing } from './routing.ts'
import { render } from './template.ts'

/** The prompt that a request is to use; the same object for all that use it, and therefore frozen. */
export interface RoutedPrompt extends PromptVersion {
  /** The messages with every `{{variable}}` replaced, once. @throws UnknownVariableError where the prompt is strict */
  render(vars: Readonly<Record<string, unknown>>): PromptMessage[]
}

/** Where one request goes, and how to tell how it went. */
export interface Route {
  feature: string
  /** 12 hex; null where nothing is known of the feature: neither server, nor bootstrap, nor fallback. */
  version: string | null
  /** Null with the version. */
  prompt: Readonly<RoutedPrompt> | null
  /** Null where no rollout decides. */
  arm: Arm | null
  rolloutId: string | null
  stage: number | null
  /** Names this route's last request for `sluice.feedback`, also from inside its work; null before there is one, or without a version. */
  reference(): RequestReference | null
  /**
   * Calls `work`, times it and records how it went. What `work` throws is recorded and thrown on unchanged. A text that it
   * returns is the output; of anything else `describe` may tell. Work that is given up is no error: once `signal` is aborted, but
   * for a `TimeoutError`; without one, where an `AbortError` is thrown.
   */
  run<T>(work: () => T | Promise<T>, describe?: (result: T) => Observation, signal?: AbortSignal): Promise<T>
  /**
   * Adds to the request that `run` times or has timed, until that is sent: after `recordMs` (30 s), or soon after its first record.
   * Without a run it records a request by hand. A field that is no good is left out, and the rest is kept. Never throws.
   */
  record(observation: Observation): void
  /** What the user thought of the last request. Never throws. */
  feedback(feedback: Feedback): void
  /** Nothing more will be recorded of the last request: it is sent with the next batch. */
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
  /** None before they are needed: most of what a decision costs. */
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
    // A clock that steps backwards measures nothing.
    ended({ ...(latencyMs >= 0 && latencyMs < 86_400_000 && { latencyMs }), ...observation })
  }
  try {
    const result = await work()
    end(described(result, describe, report))
    return result
  } catch (error) {
    const told = errorText(error)
    // Whoever gives a request up says nothing about the prompt; one that took too long does.
    const isGivenUp = signal
      ? signal.aborted && !/^TimeoutError/.test(errorText(signal.reason))
      : /^AbortError/.test(told)
    end(isGivenUp ? {} : { error: told })
    throw error
  }
}

/** What is known of a result. A fault in `describe` loses no more than what that would have said. */
function described<T>(result: T, describe: ((result: T) => Observation) | undefined, report: Report): Observation {
  const fault = (message: string) => report('warn', 'invalid-field', `describe: ${message}`)
  try {
    const stream = isStream(result)
    if (stream) report('warn', 'stream', 'run returned a stream: record at its end')
    const told = describe ? describe(result) : typeof result === 'string' ? { output: result } : {}
    // What is told later is lost, and must not end the process either.
    if (told instanceof Promise) told.catch(() => undefined)
    const said = readObservation(told, fault)
    return { ...(stream && ({ latencyMs: undefined } as object)), ...said }
  } catch (error) {
    fault(messageOf(error))
    return {}
  }
}

/** What is read after `run` is over: a stream, a generator, an iterator. */
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
    render: (vars) =>
      version.messages.map(({ role, content }) => ({
        role,
        content: render(content, vars, { strict: version.strict }),
      })),
  }
  prompts.set(version, frozen(prompt))
  return prompt
}

/** What one request put into a prompt, a user's text say, would reach the requests of others. */
function frozen<T extends object>(value: T): T {
  for (const part of Object.values(Object.freeze(value))) if (!Object.isFrozen(part)) frozen(part as object)
  return value
}
