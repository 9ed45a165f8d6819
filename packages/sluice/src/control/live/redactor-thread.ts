import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isMainThread, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Clock } from '@sluice/client'
import { SluiceError } from '../../errors.ts'
import { minuteMs } from '../../time-units.ts'

/** Why a text was lost. There is no message, since it may quote the text. */
export type RedactorFaultKind =
  /** The module cannot be loaded. */
  | 'cannot-be-loaded'
  | 'no-function'
  /** The redactor threw, or its promise was rejected. */
  | 'threw'
  /** It returned something other than `{input, output}`, or much more than it was given. */
  | 'returned-something-else'
  /** It exceeded its time and was ended. */
  | 'too-slow'
  /** It ended its thread: by an exit, an error outside of a call, or too much memory. */
  | 'ended'
  /** Too many threads ended before, so no new one is started for a while. */
  | 'resting'

const words: Record<RedactorFaultKind, string> = {
  'cannot-be-loaded': 'the module cannot be loaded',
  'no-function': 'the module does not export such a function ({input, output}) => ...',
  threw: 'it threw an error',
  'returned-something-else': 'it returned something other than {input, output}',
  'too-slow': 'it did not end in time',
  ended: 'it ended its thread, or used too much memory',
  resting: 'its thread had to be ended too often; it starts again within a minute',
}

/** A text could not be redacted, so it is not kept. */
export class RedactorFault extends SluiceError {
  override readonly name = 'RedactorFault'
  readonly kind: RedactorFaultKind

  constructor(kind: RedactorFaultKind, reference: string) {
    super('cannot-run', `${reference}: ${words[kind]} (${kind})`)
    this.kind = kind
  }
}

/** One call: the function of a module, applied to a material. */
interface Job {
  /** The module as named in the prompt file, for messages. */
  reference: string
  /** Absolute path of the module. */
  file: string
  exportName: string
  material: unknown
  /** The function is called for each of them, as the `output` of the material, and the result is a list. */
  outputs?: readonly string[]
}

/** A separate thread for code of the project, which cannot stop the main thread. */
export interface RedactorThread {
  /** Resolves to a copy of what the function returned. @throws RedactorFault */
  run(job: Job): Promise<unknown>
  /** Ends the thread and the call that is under way. */
  close(): Promise<void>
}

export interface RedactorThreadOptions {
  clock: Clock
  /** How long one call may take, in ms. It includes the first loading of its module. */
  limitMs: number
}

type Reply = { value: unknown } | { fault: RedactorFaultKind }
type Question = Omit<Job, 'reference'>

/** After this many ended threads within a minute no new one is started, since each may have used its whole time. */
const endsPerMinute = 10
/** How long the next call waits for a thread to end, in ms. Code that cannot be interrupted only delays later calls. */
const endingMs = 5000
/** Limits of the thread's heap. Outside of it, for buffers, the process may grow by as much during a call. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }
const mostGrowth = 256 * 1_048_576
const memoryEveryMs = 50
/** Identifies threads that are started here: another program may use this module and have threads of its own. */
const threadKind = 'sluice-redactor'

/** Makes calls one at a time, in order. The thread is started with the first call, and again after each end. */
export function startRedactorThread({ clock, limitMs }: RedactorThreadOptions): RedactorThread {
  let thread: Thread | undefined
  let ends: number[] = []
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  async function begin(): Promise<Thread> {
    const begun = beginThread(() => {
      if (thread === begun) thread = undefined
      ends.push(clock.now())
    })
    thread = begun
    await begun.ask(null)
    return begun
  }

  async function call({ reference, ...question }: Job): Promise<unknown> {
    await Promise.race([thread?.ending, wait(endingMs, undefined, { ref: false })])
    ends = ends.filter((at) => Math.abs(clock.now() - at) < minuteMs)
    if (closed || thread?.ending || ends.length >= endsPerMinute) throw new RedactorFault('resting', reference)
    const own = thread ?? (await begin())
    let isLate = false
    const timer = clock.setTimer(() => {
      isLate = true
      own.end()
    }, limitMs)
    const before = process.memoryUsage.rss()
    const memory = setInterval(() => {
      if (process.memoryUsage.rss() - before > mostGrowth) own.end()
    }, memoryEveryMs)
    const reply = await own.ask(question)
    clearInterval(memory)
    clock.clearTimer(timer)
    if ('value' in reply) return reply.value
    throw new RedactorFault(isLate ? 'too-slow' : reply.fault, reference)
  }

  return {
    run(job) {
      const result = last.then(() => call(job))
      last = result.catch(() => undefined)
      return result
    },
    async close() {
      closed = true
      thread?.end()
      await thread?.ending
    },
  }
}

/** A thread that handles one question at a time. If the thread ends, the question gets an answer too. */
interface Thread {
  /** The question null is answered as soon as the thread has started. */
  ask(question: Question | null): Promise<Reply>
  /** Answers the present question at once. The thread itself ends as soon as it can be interrupted. */
  end(): void
  /** Set when the thread must end; resolves when it has ended. */
  readonly ending: Promise<unknown> | undefined
}

function beginThread(onEnd: () => void): Thread {
  const options = { workerData: { kind: threadKind }, resourceLimits, stdout: true, stderr: true }
  const worker = new Worker(new URL(import.meta.url), options)
  // The output of a module is dropped, since it may contain texts of users.
  worker.stdout.resume()
  worker.stderr.resume()
  let settle: ((reply: Reply) => void) | undefined
  let ending: Promise<unknown> | undefined
  let hasEnded = false
  worker.on('message', (reply: Reply) => settle?.(reply))
  worker.on('error', () => undefined)
  worker.on('exit', () => {
    hasEnded = true
    settle?.({ fault: 'ended' })
    onEnd()
  })
  return {
    ask: (question) =>
      new Promise((resolve) => {
        if (hasEnded || ending) return resolve({ fault: 'ended' })
        // The thread keeps the process alive only during a question.
        worker.ref()
        settle = (reply) => {
          settle = undefined
          worker.unref()
          resolve(reply)
        }
        worker.postMessage(question)
      }),
    end() {
      ending ??= worker.terminate()
      settle?.({ fault: 'ended' })
    },
    get ending() {
      return ending
    },
  }
}

function serve(port: MessagePort): void {
  port.on('message', async (question: Question | null) => {
    port.postMessage(question === null ? { value: null } : await answerTo(question))
  })
}

async function answerTo({ file, exportName, material, outputs }: Question): Promise<Reply> {
  const module: Record<string, unknown> | undefined = await import(pathToFileURL(file).href).catch(() => undefined)
  if (!module) return { fault: 'cannot-be-loaded' }
  const redact = module[exportName]
  if (typeof redact !== 'function') return { fault: 'no-function' }
  try {
    if (!outputs) return sendable(await redact(material), material)
    const results: unknown[] = []
    for (const output of outputs) {
      const one = { ...(structuredClone(material) as object), output }
      const reply = sendable(await redact(one), one)
      if ('fault' in reply) return reply
      results.push((reply.value as { output?: unknown } | null)?.output)
    }
    return { value: results }
  } catch {
    return { fault: 'threw' }
  }
}

/** A copy of what a redactor returned, which must not be much more than it was given. */
function sendable(result: unknown, given: unknown): Reply {
  const json = JSON.stringify(result) as string | undefined
  const most = 4 * JSON.stringify(given).length + slackLength
  return json === undefined || json.length > most ? { fault: 'returned-something-else' } : { value: JSON.parse(json) }
}

/** How many characters a result may have in addition to a multiple of what was sent. */
const slackLength = 65_536

if (!isMainThread && parentPort && workerData?.kind === threadKind) serve(parentPort)
