import { pathToFileURL } from 'node:url'
import { SluiceError } from '../../../errors.ts'
import type { Target } from '../../suite/prompt/target.ts'
import { plainData } from '../../suite/values/written.ts'
import { steadyNow } from '../clock.ts'
import { errorExcerpt } from '../excerpt.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { ProviderError } from '../provider-error.ts'
import { maskOf, type TargetCall, type TargetContext, type TargetOptions } from './target-call.ts'
import { targetValue } from './target-output.ts'

type ModuleTarget = Extract<Target, { kind: 'module' }>
type TargetFunction = (vars: Record<string, unknown>, context: TargetContext) => unknown

/** Calls a function of the user's module: `(vars, {signal, caseId, repeat}) => output`. The module is loaded once. */
export function createModuleTarget(target: ModuleTarget, options: TargetOptions): TargetCall {
  const { clock = steadyNow } = options
  const mask = maskOf(options)
  const source = `target: ${target.file}#${target.export}`
  let loading: Promise<TargetFunction> | undefined
  return async (vars, context) => {
    loading ??= load(target)
    const answer = await loading
    const start = clock()
    const value = await withDeadline(
      { source, timeoutMs: target.timeoutMs ?? defaultTimeoutMs, signal: context.signal },
      async (signal) => {
        try {
          return await answer(plainData(vars) as typeof vars, { ...context, signal })
        } catch (cause) {
          const text = errorExcerpt(cause instanceof Error ? cause.message : String(cause), mask)
          throw new ProviderError('server', `${source}: threw: ${text}`, { cause, retryable: false })
        }
      },
    )
    return targetValue(source, value, clock() - start, mask)
  }
}

async function load({ file, export: name }: ModuleTarget): Promise<TargetFunction> {
  let loaded: Record<string, unknown>
  try {
    loaded = await import(pathToFileURL(file).href)
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('invalid-input', `${file}: cannot be loaded as a target: ${text}`, { cause })
  }
  const found = loaded[name]
  if (typeof found === 'function') return found as TargetFunction
  const exported = Object.keys(loaded).join(', ') || 'nothing'
  throw new SluiceError('invalid-input', `${file}: exports no function "${name}"; it exports ${exported}`)
}
