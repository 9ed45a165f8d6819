import { types } from 'node:util'
import { createContext, Script } from 'node:vm'
import { CheckError } from './check-error.ts'

interface Workplace {
  work: (() => unknown) | undefined
  result: unknown
}

const workplace: Workplace = { work: undefined, result: undefined }
const context = createContext(workplace)
const script = new Script('result = work()')

/** The time limit for a text in ms: 250, and 1 more per 10,000 characters, so that length alone is no fault. */
export function timeLimitFor(length: number): number {
  return 250 + Math.floor(length / 10_000)
}

/** How many times as long work may take at most where the processor was busy with something else. */
const busyTimes = 40

/**
 * A machine with little else to do gives some of its time to others too: so much more, and work is not run a second
 * time.
 */
const slack = 1.25

/** The time of this thread alone where Node can tell (from 23.9), so that the work of others is not counted. */
const processorTime = process.threadCpuUsage ?? process.cpuUsage

/**
 * Runs synchronous work without effects and interrupts it once it has used `limitMs`, also inside a regular expression
 * that backtracks without end: V8 looks for the interrupt there too. Work that did not get the processor for that long
 * is run again with more time, by the share of it that it got, since a busy machine is no fault of the work. Costs
 * about 0.1 ms, the start of a watchdog thread.
 * @throws what `late` makes when the time is over; errors of `work` as they are.
 */
export function withinTime<T>(limitMs: number, work: () => T, late: () => Error): T {
  for (let allowedMs = slack * limitMs; allowedMs <= busyTimes * limitMs; ) {
    const before = processorTime()
    try {
      return interrupted(Math.ceil(allowedMs), work)
    } catch (error) {
      if (!isTimeout(error)) throw error
      const { user, system } = processorTime(before)
      const usedMs = (user + system) / 1000
      if (usedMs >= limitMs) break
      allowedMs *= Math.min(2, (slack * limitMs) / usedMs)
    }
  }
  throw late()
}

/**
 * Runs code of somebody else and interrupts what it does before it first waits, as `withinTime` does, but once: it may
 * have effects.
 * @throws what `late` makes when the time is over; errors of `work` as they are.
 */
export function onceWithin<T>(limitMs: number, work: () => T, late: () => Error): T {
  try {
    return interrupted(limitMs, work)
  } catch (error) {
    if (isTimeout(error)) throw late()
    throw error
  }
}

/**
 * Lets a parser read a text that a model wrote. A text that takes too long, or is nested too deeply, is not faulty:
 * nothing is known about it.
 * @param what for the message, e.g. `the output as XML`
 * @throws CheckError for such a text; errors of the parser as they are
 */
export function readWithin<T>(what: string, length: number, read: () => T): T {
  const limitMs = 4 * timeLimitFor(length)
  const late = () => new CheckError(`${what} took more than ${limitMs} ms to read; limit its length`)
  return readNested(what, () => withinTime(limitMs, read, late))
}

/** Work that takes little time for each character is done with texts of this length before a limit would matter. */
export const shortLength = 20_000

/**
 * Reads within a limit where the time grows about as the length of the text does, as with JSON: a short text is read
 * without a watchdog.
 */
export function readEvenlyWithin<T>(what: string, length: number, read: () => T): T {
  return length <= shortLength ? readNested(what, read) : readWithin(what, length, read)
}

/**
 * @throws CheckError for a text that is nested so deeply that the stack does not suffice; errors of the parser as they
 * are
 */
function readNested<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError && /call stack/i.test(error.message))) throw error
    throw new CheckError(`${what} is nested too deeply to be read`, { cause: error })
  }
}

function interrupted<T>(limitMs: number, work: () => T): T {
  workplace.work = work
  try {
    script.runInContext(context, { timeout: limitMs })
    return workplace.result as T
  } finally {
    workplace.work = undefined
    workplace.result = undefined
  }
}

/** The error comes from the other context, where `Error` is another class. */
function isTimeout(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
