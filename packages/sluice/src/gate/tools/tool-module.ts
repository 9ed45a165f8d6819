import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { steadyNow } from '../../core/providers/clock.ts'
import { defaultTimeoutMs, withDeadline } from '../../core/providers/limits/deadline.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { moduleReference } from '../../core/suite/values/module-reference.ts'
import { plainData } from '../../core/suite/values/written.ts'
import { errorMessage, SluiceError } from '../../errors.ts'
import type { ToolCall } from '../../records/answer-trace.ts'

/** What a function gets beside the arguments of the call. */
interface ToolContext {
  tool: string
  vars: Record<string, unknown>
  caseId: string
  repeat: number
  signal: AbortSignal
}

type ToolFunction = (args: unknown, context: ToolContext) => unknown

/** Answers calls by functions of the user's modules, in the process of the run. Each module is loaded once. */
export type CallModule = (reference: string, args: unknown, context: ToolContext) => Promise<ToolAnswer>

/** What came of a call. */
export type ToolAnswer = Pick<ToolCall, 'result' | 'error' | 'durationMs'>

/**
 * What a function throws is an error of its tool, which the model is told. A function that is not there ends the run;
 * one that does not answer in time, or answers what JSON cannot hold, leaves the case without a score.
 */
export function createCallModule(root: string): CallModule {
  const functions = new Map<string, Promise<ToolFunction>>()
  return async (reference, args, context) => {
    const loading = functions.get(reference) ?? load(reference, root)
    functions.set(reference, loading)
    const answer = await loading
    const start = steadyNow()
    const passed = { ...context, vars: plainData(context.vars) as ToolContext['vars'] }
    const source = `tool ${context.tool}: ${reference}`
    const outcome = await withDeadline(
      { source, timeoutMs: defaultTimeoutMs, signal: context.signal },
      async (signal) => {
        try {
          return { value: await answer(args, { ...passed, signal }) }
        } catch (error) {
          return { error: errorMessage(error) }
        }
      },
    )
    const durationMs = Math.max(0, steadyNow() - start)
    if (outcome.error !== undefined) return { result: null, error: outcome.error || 'failed', durationMs }
    return { result: jsonValue(outcome.value, source), error: null, durationMs }
  }
}

function jsonValue(value: unknown, source: string): unknown {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as unknown
  } catch (cause) {
    const text = errorMessage(cause)
    throw new ProviderError('bad-response', `${source}: its answer is not JSON: ${text}`, { cause, retryable: false })
  }
}

async function load(reference: string, root: string): Promise<ToolFunction> {
  const { file, exportName } = moduleReference(reference)
  let loaded: Record<string, unknown>
  try {
    loaded = await import(pathToFileURL(path.resolve(root, file)).href)
  } catch (cause) {
    const text = errorMessage(cause)
    throw new SluiceError('invalid-input', `${file}: cannot be loaded as a tool: ${text}`, { cause })
  }
  const found = loaded[exportName]
  if (typeof found === 'function') return found as ToolFunction
  const exported = Object.keys(loaded).join(', ') || 'nothing'
  throw new SluiceError('invalid-input', `${file}: exports no function "${exportName}"; it exports ${exported}`)
}
