import type { Clock } from './clock.ts'
import type { Report } from './diagnostic.ts'
import { position, wholePpm } from './position.ts'
import type {
  Arm,
  Capture,
  FeedbackOutcome,
  Outcome,
  PromptMessage,
  PromptVersion,
  RequestOutcome,
} from './protocol.ts'
import type { Routing } from './routing.ts'
import { render } from './template.ts'

/** What an application may say about a request. */
export type Observation = Omit<
  RequestOutcome,
  'id' | 'kind' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit' | 'observedAt' | 'captured'
>

/** A thumb up or down, or a score in [0,1]. */
export type Feedback = { score: number; comment?: string } | { thumb: 'up' | 'down'; comment?: string }

/** Names a request for feedback that comes later, e.g. with another page; plain data. */
export type RequestReference = Pick<
  RequestOutcome,
  'id' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit'
>

/** The prompt that a request is to use; the same object for all that use it. */
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
  /** Names this route's last request; null before there is one, or without a version. */
  reference(): RequestReference | null
  /**
   * Calls `work`, times it and records how it went. What `work` throws is recorded and thrown on unchanged. A text that it
   * returns is the output; of anything else `describe` may tell.
   */
  run<T>(work: () => T | Promise<T>, describe?: (result: T) => Observation): Promise<T>
  /** Records a request by hand, or adds to the one that `run` has recorded. */
  record(observation: Observation): void
  /** What the user thought of the last request. */
  feedback(feedback: Feedback): void
}

export interface RouteOptions {
  feature: string
  unit: string | undefined
  routing: Routing | undefined
  version: PromptVersion | undefined
  capture: Capture | undefined
  clock: Clock
  report: Report
  newId: () => string
  queue: { add(outcome: Outcome): void; has(outcome: Outcome): boolean }
}

export function createRoute(options: RouteOptions): Route {
  const { feature, unit, routing, version, capture, clock, report, newId, queue } = options
  let last: RequestOutcome | undefined

  function add(observation: Observation): void {
    if (!version) return
    const id = newId()
    const { arm, rolloutId, stage } = routing ?? {}
    const rollout = arm && rolloutId != null && stage != null ? { arm, rolloutId, stage } : {}
    const about = { id, feature, version: version.id, ...rollout, ...(unit === undefined ? {} : { unit }) }
    last = { ...about, observedAt: new Date(clock.now()).toISOString() }
    merge(last, observation)
    queue.add(last)
  }

  function merge(outcome: RequestOutcome, { input, output, ...rest }: Observation): void {
    Object.assign(outcome, rest)
    const ppm = capture?.[routing?.arm ?? 'incumbent'] ?? 0
    // Under a salt of its own, so that being judged is independent of the arm.
    if (position('sluice.capture', outcome.id) >= ppm) return
    outcome.captured = ppm / wholePpm
    if (input !== undefined) outcome.input = input
    if (output !== undefined) outcome.output = output
  }

  function recordQuietly(observation: () => Observation): void {
    try {
      add(observation())
    } catch (error) {
      report('warn', 'late-record', `a request of ${feature} could not be recorded: ${String(error)}`)
    }
  }

  return {
    feature,
    version: version?.id ?? null,
    prompt: version ? routedPrompt(version) : null,
    arm: routing?.arm ?? null,
    rolloutId: routing?.rolloutId ?? null,
    stage: routing?.stage ?? null,
    reference: () => (last ? referenceTo(last) : null),
    async run(work, describe) {
      const startedAt = clock.now()
      const latencyMs = () => Math.max(0, clock.now() - startedAt)
      try {
        const result = await work()
        const ended = latencyMs()
        recordQuietly(() => ({ latencyMs: ended, ...(describe ? describe(result) : outputOf(result)) }))
        return result
      } catch (error) {
        recordQuietly(() => ({ latencyMs: latencyMs(), error: errorText(error) }))
        throw error
      }
    },
    record(observation) {
      if (last && queue.has(last)) merge(last, observation)
      else if (last) report('warn', 'late-record', `a request of ${feature} was already sent; what came later is lost`)
      else recordQuietly(() => observation)
    },
    feedback(feedback) {
      if (last) queue.add(feedbackOn(referenceTo(last), feedback, { id: newId(), now: clock.now() }))
    },
  }
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
  prompts.set(version, prompt)
  return prompt
}

function referenceTo({ id, feature, version, rolloutId, arm, stage, unit }: RequestOutcome): RequestReference {
  return {
    ...{ id, feature, version },
    ...(rolloutId === undefined ? {} : { rolloutId }),
    ...(arm === undefined ? {} : { arm }),
    ...(stage === undefined ? {} : { stage }),
    ...(unit === undefined ? {} : { unit }),
  }
}

/** What is sent of a user's judgement. A score beyond [0,1] is brought to its nearer end. */
export function feedbackOn(
  { id: of, ...about }: RequestReference,
  feedback: Feedback,
  { id, now }: { id: string; now: number },
): FeedbackOutcome {
  const given = 'thumb' in feedback ? (feedback.thumb === 'up' ? 1 : 0) : feedback.score
  const score = Math.min(1, Math.max(0, given))
  const { comment } = feedback
  const observedAt = new Date(now).toISOString()
  return { kind: 'feedback', id, of, ...about, observedAt, score, ...(comment === undefined ? {} : { comment }) }
}

function outputOf(result: unknown): Observation {
  return typeof result === 'string' ? { output: result } : {}
}

/** In short, what a failed request is reported with. */
export function errorText(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)
}
