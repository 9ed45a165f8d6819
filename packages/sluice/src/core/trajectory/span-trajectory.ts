import type { ToolCall, Trajectory, TrajectoryMessage } from '../../records/answer-trace.ts'
import { attributeOf, type ReportedSpan, readSpans, textAttribute } from './otel-spans.ts'
import { readSpanMessages } from './span-messages.ts'
import { type CallOutcome, outcomeOf, readArguments, readResult, toolCall } from './tool-call.ts'
import { createTrajectoryBuilder, type TrajectoryBuilder } from './trajectory-builder.ts'
import { Unreadable } from './unreadable.ts'

type Kind = 'model' | 'tool'
type KnownSpan = ReportedSpan & { kind: Kind; tool: string }

/**
 * The trajectory of OpenTelemetry's spans for generative AI, in the order of their starts. The span of a call of a
 * model is a step, with the calls of its output messages; the span of a tool is what came of the call of its id. A
 * tool's span without such a call belongs to the last step of the same parent. Conventions: gen_ai.* of OpenTelemetry,
 * and the older ai.* of the AI SDK.
 * @throws Unreadable, also where nothing says whether tools were called
 */
export function trajectoryOfSpans(value: unknown): Trajectory {
  const spans = knownSpans(readSpans(value))
  if (spans.length === 0)
    throw new Unreadable(
      'there is no span of a model (gen_ai.operation.name: chat) and none of a tool (execute_tool); was it instrumented?',
    )
  const hasTools = spans.some(({ kind }) => kind === 'tool')
  const reader = createSpanReader(createTrajectoryBuilder(), hasTools)
  for (const span of inOrder(spans)) reader[span.kind](span)
  return reader.trajectory()
}

function createSpanReader(builder: TrajectoryBuilder, hasTools: boolean) {
  const lastStepOf = new Map<string | null, TrajectoryMessage>()
  const unattached: { span: ReportedSpan; step: TrajectoryMessage }[] = []
  const executed = new Set<ToolCall>()
  let last: TrajectoryMessage | undefined
  /** A step of tools before the span of any model, and the earliest end among them. */
  let together: { step: TrajectoryMessage; until: number } | undefined

  const addCall = ({ parentId, start, end }: KnownSpan, call: ToolCall) => {
    const step = lastStepOf.get(parentId) ?? last
    if (step) return builder.extend(step, '', [call])
    const until = end ?? Number.NEGATIVE_INFINITY
    if (together && start !== null && start < together.until) {
      builder.extend(together.step, '', [call])
      together.until = Math.min(together.until, until)
    } else together = { step: builder.step('', [call]), until }
  }
  /** The call that a span without an id carried out: the first of its name in the step. */
  const callNamed = ({ parentId, tool }: KnownSpan) =>
    (lastStepOf.get(parentId) ?? last)?.calls.find((call) => call.name === tool && !executed.has(call))
  return {
    model(span: KnownSpan) {
      const { output, outcomes, users } = readSpanMessages(span)
      if (output === null && span.error !== null) return
      for (const { id, outcome } of outcomes) builder.tryAnswer(id, outcome)
      for (const text of users) builder.user(text)
      last = builder.step(output?.text ?? '', output?.calls ?? [])
      for (const { id, outcome } of output?.outcomes ?? []) builder.answer(id, outcome)
      lastStepOf.set(span.parentId, last)
      if (output === null) unattached.push({ span, step: last })
    },
    tool(span: KnownSpan) {
      const id = textAttribute(span, ['gen_ai.tool.call.id', 'ai.toolCall.id'])
      const given = attributeOf(span, ['gen_ai.tool.call.arguments', 'ai.toolCall.args'])
      const outcome = outcomeOfTool(span)
      let call = id === null ? callNamed(span) : builder.tryAnswer(id, outcome)
      if (!call) {
        call = { ...toolCall({ id, name: span.tool }), arguments: null }
        addCall(span, call)
        if (id !== null) builder.tryAnswer(id, outcome)
      }
      executed.add(call)
      if (id === null) Object.assign(call, { result: null, error: null, ...outcome })
      if (given !== undefined && call.arguments === null && call.unreadable === undefined)
        Object.assign(call, readArguments(given))
    },
    trajectory(): Trajectory {
      for (const { span, step } of unattached)
        if (step.calls.length === 0 && mayHaveCalled(span, hasTools))
          throw new Unreadable(
            `the span "${span.name}" does not say whether it called tools; record gen_ai.output.messages, or a span for each tool`,
          )
      return builder.trajectory()
    },
  }
}

/** Where the messages are not recorded: by the reasons for the end, or else by whether tools have spans at all. */
function mayHaveCalled(span: ReportedSpan, hasTools: boolean): boolean {
  const reasons = attributeOf(span, ['gen_ai.response.finish_reasons', 'ai.response.finishReason'])
  if (reasons === undefined) return !hasTools
  return /tool|function/i.test(JSON.stringify(reasons))
}

function outcomeOfTool(span: KnownSpan): CallOutcome {
  const { start, end, error } = span
  const result = readResult(attributeOf(span, ['gen_ai.tool.call.result', 'ai.toolCall.result']))
  const durationMs = start === null || end === null ? null : Math.max(0, end - start)
  return { ...outcomeOf(result ?? null, error), durationMs }
}

/** The spans of models and tools. One inside another of the same call tells of it again, so the outer one counts. */
function knownSpans(spans: readonly ReportedSpan[]): KnownSpan[] {
  const byId = new Map(spans.flatMap((span) => (span.id === null ? [] : [[span.id, span]])))
  const known = new Map<ReportedSpan, KnownSpan>()
  for (const span of spans) {
    const kind = kindOf(span)
    if (kind) known.set(span, { ...span, kind, tool: toolOf(span) })
  }
  const isRepeated = (span: KnownSpan) => {
    const outer = outerOf(span, byId, known)
    return outer?.kind === span.kind && outer.tool === span.tool
  }
  return [...known.values()].filter((span) => !isRepeated(span))
}

/** The nearest span around it that is of a model or a tool. */
function outerOf(
  span: ReportedSpan,
  byId: ReadonlyMap<string, ReportedSpan>,
  known: ReadonlyMap<ReportedSpan, KnownSpan>,
) {
  const seen = new Set<string>()
  for (let id = span.parentId; id !== null && !seen.has(id); ) {
    seen.add(id)
    const outer = byId.get(id)
    if (!outer) return undefined
    const found = known.get(outer)
    if (found) return found
    id = outer.parentId
  }
  return undefined
}

function kindOf({ name, attributes }: ReportedSpan): Kind | undefined {
  const operation = attributes.get('gen_ai.operation.name')
  if (operation === 'execute_tool' || attributes.has('ai.toolCall.name')) return 'tool'
  if (operation === 'chat' || operation === 'generate_content' || operation === 'text_completion') return 'model'
  if (/\.do(?:Generate|Stream)$/.test(String(attributes.get('ai.operationId')))) return 'model'
  return operation === undefined && name.startsWith(toolPrefix) ? 'tool' : undefined
}

const toolPrefix = 'execute_tool '

function toolOf(span: ReportedSpan): string {
  const named = textAttribute(span, ['gen_ai.tool.name', 'ai.toolCall.name'])
  return named ?? (span.name.startsWith(toolPrefix) ? span.name.slice(toolPrefix.length) : span.name)
}

/** Orders spans by their starts; where one has no time, they stay as they were reported. */
function inOrder(spans: readonly KnownSpan[]): readonly KnownSpan[] {
  if (spans.some(({ start }) => start === null)) return spans
  return [...spans].sort((a, b) => (a.start ?? 0) - (b.start ?? 0))
}
