import type { Target } from '../../suite/prompt/target.ts'
import { plainData } from '../../suite/values/written.ts'
import { steadyNow } from '../clock.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { startModuleProcess } from './module-process.ts'
import { maskOf, type OpenTarget, type TargetCall, type TargetOptions } from './target-call.ts'
import { processVariables } from './target-environment.ts'
import { targetValue } from './target-output.ts'
import { createVersionUnderTest } from './tested-version.ts'

type ModuleTarget = Extract<Target, { kind: 'module' }>

/**
 * Calls a function of the user's module: `(vars, {signal, caseId, repeat, version, ...}) => output`. The module is
 * loaded once, in a process of its own, so that its state is that of one version.
 */
export function createModuleTarget(target: ModuleTarget, options: TargetOptions): OpenTarget {
  const { file, export: name, cwd, timeoutMs = defaultTimeoutMs } = target
  const { env, clock = steadyNow, processFolder: folder } = options
  const mask = maskOf(options)
  const source = `target: ${file}#${name}`
  const start = () => {
    const own = { ...env, ...processVariables(target, options) }
    return startModuleProcess({ file, export: name, cwd, env: own, folder, mask })
  }
  const version = createVersionUnderTest(options.tested)
  const closing = new AbortController()
  let started: ReturnType<typeof start> | undefined
  const call: TargetCall = async (vars, { signal, ...context }) => {
    started ??= start()
    const { call: ask } = started
    // A call without a version is sent at once, so that one that is called off has reached the module.
    const versionPart = options.tested && (await version())
    const begun = clock()
    const value = await withDeadline({ source, timeoutMs, signal }, (inner) =>
      ask(plainData(vars) as typeof vars, { ...context, ...versionPart }, inner),
    )
    return targetValue(source, value === undefined ? undefined : JSON.parse(value), clock() - begun, mask)
  }
  return Object.assign(call, {
    async open() {
      started ??= start()
      const { load } = started
      // A module whose loading never ends is told as a call that does not.
      const signal = AbortSignal.any([closing.signal, ...(options.stop ? [options.stop] : [])])
      await withDeadline({ source, timeoutMs, signal }, load)
    },
    async close() {
      closing.abort()
      await started?.close()
    },
  })
}
