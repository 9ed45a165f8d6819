import type { PromptTool } from '@sluice/client'
import type {
  Completion,
  ModelRequest,
  PromptRequest,
  RequestMessage,
  ToolMessage,
  Usage,
} from '../../core/providers/provider.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { type CallPart, callParts } from '../../core/providers/step-part.ts'
import { schemaFaults } from '../../core/scorers/checks/json-schema.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { textOf } from '../../core/suite/values/written.ts'
import { toolCall } from '../../core/trajectory/tool-call.ts'
import type { ToolCall, TrajectoryMessage } from '../../records/answer-trace.ts'
import { mocksOf } from './mock-answers.ts'
import type { CallModule, ToolAnswer } from './tool-module.ts'

/** The most messages of the model where a prompt sets no `maxSteps`. */
const defaultMaxSteps = 10

export interface ToolLoopOptions {
  /** The version that is asked, with its tools. */
  version: Prompt
  /** The prompt whose mocks answer: the candidate's, for both versions. */
  measure: Prompt
  callModule: CallModule
  signal: AbortSignal
}

/** Asks the model for its next message. */
type AskStep = (request: ModelRequest) => Promise<Completion>

/** Asks a model with tools until it answers without a call, and resolves to that answer with the way to it. */
export type ToolLoop = (request: PromptRequest, testCase: Case, repeat: number, ask: AskStep) => Promise<Completion>

/** Whether a completion is a message that calls tools, so that the loop goes on. */
export function isStep({ finishReason, step }: Completion): boolean {
  return finishReason === 'tools' && step !== undefined
}

/**
 * Makes the loop of a version. Cost, tokens and time of its answer are the sums over all messages. A model that still
 * calls tools in its last allowed message has not answered: the answer's `finishReason` is `steps`.
 * @throws ProviderError `mock-missing` for a call that no mock answers
 */
export function createToolLoop({ version, measure, callModule, signal }: ToolLoopOptions): ToolLoop {
  const { tools = [], maxSteps = defaultMaxSteps } = version
  const faultOf = argumentFaults(tools)
  const play = async (trajectory: TrajectoryMessage[], ...[request, testCase, repeat, ask]: Parameters<ToolLoop>) => {
    const findMock = mocksOf(testCase, measure)
    const answerOf = async (call: ToolCall, fault: string | undefined): Promise<ToolAnswer> => {
      if (fault !== undefined) return { result: null, error: fault, durationMs: null }
      const { module, error, result } = findMock(call.name, call.arguments)
      if (module === undefined) return { result: result ?? null, error: error ?? null, durationMs: null }
      const context = { tool: call.name, vars: testCase.vars, caseId: testCase.id, repeat, signal }
      return callModule(module, call.arguments, context)
    }
    const given: Completion[] = []
    let messages: RequestMessage[] = request.messages
    const { toolChoice, ...later } = request
    for (;;) {
      const asked = given.length === 0 ? request : later
      const completion = await ask({ ...asked, messages })
      given.push(completion)
      const { output } = completion
      const parts = isStep(completion) ? (completion.step ?? []) : []
      const calls = callParts(parts).map(({ id, name, input }) => toolCall({ id, name, arguments: input }))
      trajectory.push({ role: 'assistant', text: output === '' ? null : output, calls })
      if (calls.length === 0) return summed(given, completion, trajectory)
      if (given.length === maxSteps) {
        const ended = `maxSteps ${maxSteps}`
        return summed(given, { ...completion, output: '', finishReason: 'steps', ended }, trajectory)
      }
      const faults = await Promise.all(calls.map(faultOf))
      // Nothing is awaited before a mock is found, so mocks are used up in the order of the calls.
      const answers = await Promise.all(calls.map((call, index) => answerOf(call, faults[index])))
      for (const [index, call] of calls.entries()) Object.assign(call, answers[index])
      messages = [...messages, { role: 'assistant', content: output, step: parts }, ...resultsOf(parts, calls)]
    }
  }
  return async (...asked) => {
    const trajectory = lastQuestion(asked[0])
    try {
      return await play(trajectory, ...asked)
    } catch (error) {
      const hasActed = trajectory.some(({ calls }) => calls.length > 0)
      if (error instanceof ProviderError && hasActed) error.trace = { trajectory: { messages: trajectory } }
      throw error
    }
  }
}

/** The message of the user that the trajectory begins with. Earlier ones are examples of the prompt. */
function lastQuestion({ messages }: PromptRequest): TrajectoryMessage[] {
  const question = messages.findLast(({ role }) => role === 'user')
  return question ? [{ role: 'user', text: question.content, calls: [] }] : []
}

function resultsOf(parts: readonly (CallPart | { type: string })[], calls: readonly ToolCall[]): ToolMessage[] {
  return parts
    .filter((part): part is CallPart => part.type === 'call')
    .map(({ id, name }, index) => {
      const { result, error } = calls[index] ?? { result: null, error: null }
      return { role: 'tool', callId: id, tool: name, content: error ?? textOf(result), isError: error !== null }
    })
}

/** What is wrong with a call by itself, as a runtime tells it to the model; undefined for one that can be answered. */
function argumentFaults(tools: readonly PromptTool[]): (call: ToolCall) => Promise<string | undefined> {
  const schemas = new Map(tools.map(({ name, parameters }) => [name, schemaFaults(parameters, `tool ${name}`)]))
  return async ({ name, arguments: args, unreadable }) => {
    const faultsOf = schemas.get(name)
    if (!faultsOf) return `there is no tool "${name}"; the tools are ${[...schemas.keys()].join(', ')}`
    if (unreadable !== undefined) return 'the arguments are no JSON'
    const fault = await faultsOf([{ value: args, exact: args }], JSON.stringify(args).length)
    return fault === undefined ? undefined : `the arguments do not meet the schema of ${name}: ${fault}`
  }
}

function summed(given: readonly Completion[], last: Completion, messages: TrajectoryMessage[]): Completion {
  const { step: _, costUsd: __, latencyMs: ___, usage: ____, ...answer } = last
  const costUsd = knownSum(given.map((one) => one.costUsd))
  const latencyMs = knownSum(given.map((one) => one.latencyMs))
  return {
    ...answer,
    usage: usageOf(given),
    ...(costUsd !== undefined && { costUsd }),
    ...(latencyMs !== undefined && { latencyMs }),
    // A recording tells the way itself, or that nothing is known of it.
    trace: last.trace ?? { trajectory: { messages } },
  }
}

const counts = ['inputTokens', 'cachedInputTokens', 'cacheWriteTokens', 'outputTokens', 'reasoningTokens'] as const
const details: readonly (keyof Usage)[] = ['cachedInputTokens', 'cacheWriteTokens', 'reasoningTokens']

/** The tokens of all messages. One that did not count them makes the sum unknown; a detail that is missing is none. */
function usageOf(given: readonly Completion[]): Usage {
  const sums = counts.flatMap((name): [string, number][] => {
    const numbers = given.map(({ usage }) => usage[name])
    const isKnown = numbers.some((number) => number !== undefined)
    const total = knownSum(details.includes(name) && isKnown ? numbers.map((number) => number ?? 0) : numbers)
    return total === undefined ? [] : [[name, total]]
  })
  return Object.fromEntries(sums)
}

/** Undefined if one of the numbers is. */
export function knownSum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (total, number) => (total === undefined || number === undefined ? undefined : total + number),
    0,
  )
}
