import { SluiceError } from '../../../errors.ts'
import type { Env } from '../api-key.ts'
import { tail } from '../excerpt.ts'
import { type LongProcess, startLongProcess } from '../processes/long-process.ts'
import { workerFile } from '../processes/worker-file.ts'
import { ProviderError } from '../provider-error.ts'

/** What the process of a module is asked to do. */
export type WorkerTask =
  | { kind: 'load'; id: number }
  | { kind: 'call'; id: number; vars: Record<string, unknown>; context: Record<string, unknown> }
  | { kind: 'abort'; id: number }

/** What it replies to a call. `value` is JSON, or absent for undefined. */
export type WorkerReply =
  | { kind: 'value'; id: number; value?: string }
  | { kind: 'threw'; id: number; fault: string }
  | { kind: 'unloadable'; id: number; fault: string }

/** Characters of what a process wrote last, with room for a stack. */
const longestOutput = 1000

export interface ModuleProcessOptions {
  /** Absolute. */
  file: string
  export: string
  cwd: string
  env: Env
  /** Where it is noted, see `noteProcess`. */
  folder: string | undefined
  mask: (text: string) => string
}

/** A process of its own for a module, which it loads once. Calls are concurrent. */
export interface ModuleProcess {
  /** Resolves when the module is loaded and has the function. @throws as `call` does */
  load(signal: AbortSignal): Promise<void>
  /**
   * What the function returns, as JSON; undefined for undefined.
   * @throws SluiceError `invalid-input` if the module cannot be loaded or has no such function; ProviderError `server`
   *   if the function throws, and one that is fatal if the process has ended
   */
  call(
    vars: Record<string, unknown>,
    context: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<string | undefined>
  close(): Promise<void>
}

interface Pending {
  resolve(value: string | undefined): void
  reject(error: Error): void
}

export function startModuleProcess(options: ModuleProcessOptions): ModuleProcess {
  const { file, export: name, cwd, env, folder } = options
  const source = `target: ${file}#${name}`
  const worker = workerFile(import.meta.dirname, 'module-worker')
  const command = [process.execPath, ...flagsForModules(process.execArgv), worker, file, name]
  const started = startLongProcess({ command, cwd, env, folder, ipc: true })
  const { child } = started
  const pending = new Map<number, Pending>()
  let [lastId, isClosing] = [0, false]
  const idle = () => keepAlive(started, pending.size > 0)
  const settle = (id: number, how: (call: Pending) => void) => {
    const call = pending.get(id)
    if (!call) return
    pending.delete(id)
    idle()
    how(call)
  }
  child.on('message', (reply: WorkerReply) => {
    settle(reply.id, (call) => {
      if (reply.kind === 'value') call.resolve(reply.value)
      else call.reject(faultOf(reply, source, options))
    })
  })
  const lost = () => (isClosing ? closedError(source) : endedError(source, started, options))
  void started.ended.then(() => {
    for (const id of pending.keys()) settle(id, (call) => call.reject(lost()))
  })
  const ask = (taskOf: (id: number) => WorkerTask, signal: AbortSignal) =>
    new Promise<string | undefined>((resolve, reject) => {
      if (started.end || isClosing) return reject(lost())
      lastId += 1
      const id = lastId
      pending.set(id, { resolve, reject })
      idle()
      // A process that has just ended is known by `ended`, which rejects the call.
      const send = (task: WorkerTask) => child.connected && child.send(task, () => undefined)
      const abort = () =>
        settle(id, (call) => {
          send({ kind: 'abort', id })
          call.reject(closedError(source))
        })
      signal.addEventListener('abort', abort, { once: true })
      send(taskOf(id))
    })
  idle()
  return {
    async load(signal) {
      await ask((id) => ({ kind: 'load', id }), signal)
    },
    call: (vars, context, signal) => ask((id) => ({ kind: 'call', id, vars, context }), signal),
    async close() {
      isClosing = true
      await started.close()
    },
  }
}

/** Only calls under way keep this process waiting. */
function keepAlive({ child }: LongProcess, isBusy: boolean): void {
  for (const handle of [child, child.channel, child.stdout, child.stderr] as (NodeJS.RefCounted | null | undefined)[]) {
    if (isBusy) handle?.ref()
    else handle?.unref()
  }
}

function faultOf(
  { kind, fault }: Exclude<WorkerReply, { kind: 'value' }>,
  source: string,
  options: ModuleProcessOptions,
) {
  const text = tail(fault, options.mask)
  if (kind === 'unloadable') return new SluiceError('invalid-input', `${options.file}: ${text}`)
  return new ProviderError('server', `${source}: threw: ${text}`, { retryable: false })
}

function endedError(source: string, { end, output }: LongProcess, { mask }: ModuleProcessOptions): ProviderError {
  const text = output().trim()
  const outputEnd = text === '' ? '' : `; its output ends: ${tail(text, mask, longestOutput)}`
  const fault = `its process ${end?.how} before the run had finished: code of the project called process.exit, or failed outside of a call`
  return new ProviderError('server', `${source}: ${fault}. There is no verdict${outputEnd}`, { fatal: true })
}

function closedError(source: string): ProviderError {
  return new ProviderError('aborted', `${source}: stopped before it answered`)
}

/** Flags of this process that decide how modules are found and read. */
function flagsForModules(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    const [, value] = /^(?:--conditions|-C|--import|--require|-r)(=.*)?$/.exec(flag) ? [flag, flag] : []
    if (value === undefined) return []
    return flag.includes('=') ? [flag] : [flag, flags[index + 1] ?? '']
  })
}
