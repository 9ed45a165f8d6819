import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isMainThread, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Clock } from '@sluice/client'
import { SluiceError } from '../../errors.ts'

/** Why a text was lost: kinds alone, since the words of an error may quote the text that it is about. */
export type RedactorFaultKind =
  /** The module cannot be loaded, or lacks the function. */
  | 'cannot-be-loaded'
  | 'no-function'
  /** It threw, or its promise was rejected. */
  | 'threw'
  /** It returned something else than `{input, output}`, or far more than it was given. */
  | 'returned-something-else'
  /** It was ended after its time. */
  | 'too-slow'
  /** It ended its thread: by an exit, an error outside of a call, or more memory than it may have. */
  | 'ended'
  /** So many ended before that it rests for a while. */
  | 'resting'

const words: Record<RedactorFaultKind, string> = {
  'cannot-be-loaded': 'the module cannot be loaded',
  'no-function': 'the module has no such export that is a function ({input, output}) => ...',
  threw: 'it threw an error',
  'returned-something-else': 'it returned something else than {input, output}',
  'too-slow': 'it did not end in time',
  ended: 'it ended its thread, or took more memory than it may',
  resting: 'its thread had to be ended too often; it rests for up to a minute',
}

/** A text that could not be redacted, and therefore is not kept. */
export class RedactorFault extends SluiceError {
  override readonly name = 'RedactorFault'
  readonly kind: RedactorFaultKind

  constructor(kind: RedactorFaultKind, reference: string) {
    super('cannot-run', `${reference}: ${words[kind]} (${kind})`)
    this.kind = kind
  }
}

/** One call: the export of a module, applied to a material. */
interface Job {
  /** As in the prompt file, for people. */
  reference: string
  /** Absolute. */
  file: string
  exportName: string
  material: unknown
}

/** A thread of its own for code of the project: whatever that does, the thread that releases prompts goes on. */
export interface RedactorThread {
  /** Resolves to what the export returned, as a copy. @throws RedactorFault */
  run(job: Job): Promise<unknown>
  /** Ends the thread and what is under way. */
  close(): Promise<void>
}

export interface RedactorThreadOptions {
  clock: Clock
  /** What one call may take, its module's first loading included, in ms. */
  limitMs: number
}

type Reply = { value: unknown } | { fault: RedactorFaultKind }
type Question = Omit<Job, 'reference'>

/** Beyond so many ended threads within a minute the next is not begun: each may have cost its whole time. */
const endsPerMinute = 10
const minuteMs = 60_000
/** So long the next call waits for a thread that is to end. Code that cannot be interrupted holds up its successors alone. */
const endingMs = 5000
/** Memory of the thread's heap. Outside of it, where buffers lie, the process may grow by as much during a call. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }
const mostGrowth = 256 * 1_048_576
const memoryEveryMs = 50
/** Marks the threads that are started here, among those of whatever program this may be part of. */
const threadKind = 'sluice-redactor'

/** Calls are made one at a time, in their order; the thread is begun with the first one and anew after each end. */
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

/** One thread, which is asked one question at a time. That it ends is an answer, too. */
interface Thread {
  /** Null is answered as soon as the thread has begun. */
  ask(question: Question | null): Promise<Reply>
  /** What is asked is answered at once; the thread itself ends as soon as it can be interrupted. */
  end(): void
  /** Set when it is to end; resolves when it has. */
  readonly ending: Promise<unknown> | undefined
}

function beginThread(onEnd: () => void): Thread {
  const options = { workerData: { kind: threadKind }, resourceLimits, stdout: true, stderr: true }
  const worker = new Worker(new URL(import.meta.url), options)
  // What a module prints may be what users wrote.
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
        // The process may end while nothing is asked.
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

async function answerTo({ file, exportName, material }: Question): Promise<Reply> {
  const module: Record<string, unknown> | undefined = await import(pathToFileURL(file).href).catch(() => undefined)
  if (!module) return { fault: 'cannot-be-loaded' }
  const redact = module[exportName]
  if (typeof redact !== 'function') return { fault: 'no-function' }
  const most = 4 * JSON.stringify(material).length + slackLength
  try {
    const json = JSON.stringify(await redact(material)) as string | undefined
    if (json === undefined || json.length > most) return { fault: 'returned-something-else' }
    return { value: JSON.parse(json) }
  } catch {
    return { fault: 'threw' }
  }
}

/** What may come back beyond a multiple of what was sent. */
const slackLength = 65_536

if (!isMainThread && parentPort && workerData?.kind === threadKind) serve(parentPort)
