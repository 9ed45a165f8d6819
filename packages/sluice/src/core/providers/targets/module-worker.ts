// The program of a process in which one version of a module of the project runs. It speaks over its IPC channel only,
// and hides it from the module, for which `process.send` would be a sign of a process manager.
import { pathToFileURL } from 'node:url'
import type { WorkerReply, WorkerTask } from './module-process.ts'

type TargetFunction = (vars: Record<string, unknown>, context: Record<string, unknown>) => unknown

const send = process.send?.bind(process)
// Listening before the rest keeps the process alive until the run ends.
process.on('message', (task: WorkerTask) => void take(task))
process.once('disconnect', () => process.exit())
Reflect.deleteProperty(process, 'send')

const [, , file = '', name = ''] = process.argv
const calls = new Map<number, AbortController>()
const loading = load()

async function take(task: WorkerTask): Promise<void> {
  if (task.kind === 'abort') return calls.get(task.id)?.abort()
  if (task.kind === 'load') {
    const loaded = await loading
    const { id } = task
    return reply(typeof loaded === 'string' ? { kind: 'unloadable', id, fault: loaded } : { kind: 'value', id })
  }
  const controller = new AbortController()
  calls.set(task.id, controller)
  reply(await answer(task, controller.signal))
  calls.delete(task.id)
}

async function answer(
  { id, vars, context }: Extract<WorkerTask, { kind: 'call' }>,
  signal: AbortSignal,
): Promise<WorkerReply> {
  const loaded = await loading
  if (typeof loaded === 'string') return { kind: 'unloadable', id, fault: loaded }
  try {
    const value = JSON.stringify(await loaded(vars, { ...context, signal })) as string | undefined
    return { kind: 'value', id, ...(value !== undefined && { value }) }
  } catch (error) {
    return { kind: 'threw', id, fault: textOf(error) }
  }
}

/** The function of the module, or why there is none. */
async function load(): Promise<TargetFunction | string> {
  let loaded: Record<string, unknown>
  try {
    loaded = await import(pathToFileURL(file).href)
  } catch (error) {
    return `cannot be loaded as a target: ${textOf(error)}`
  }
  const found = loaded[name]
  if (typeof found === 'function') return found as TargetFunction
  return `exports no function "${name}"; it exports ${Object.keys(loaded).join(', ') || 'nothing'}`
}

function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'a value that has no text'
  }
}

function reply(message: WorkerReply): void {
  // After the end of the run nobody listens.
  if (process.connected) send?.(message, () => undefined)
}
