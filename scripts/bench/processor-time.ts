import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Processor time that all threads of a process have used until now, in ms. It says more than the time that passes while others need the machine. */
export function processorMs(pid: number | undefined): number {
  return sumOf(pid, ([ran]) => ran)
}

/** The same of its first thread alone, which answers requests. */
export function mainThreadMs(pid: number | undefined): number {
  return threadTimes(`/proc/${pid}/task/${pid}/schedstat`)[0] / 1e6
}

const lookMs = 500
const patienceMs = 240_000

/**
 * Resolves once a process rests for `calmMs`: a server has then done what it does by itself after its start, or after many
 * outcomes. Says so on standard error if it is still at work after four minutes.
 */
export async function quiet(pid: number | undefined, calmMs = 4 * lookMs): Promise<void> {
  for (let [calm, passed] = [0, 0]; calm < calmMs; passed += lookMs) {
    if (passed >= patienceMs) return console.error('the server is still at work: what follows is measured beside that')
    const before = busyMs(pid)
    await wait(lookMs)
    calm = busyMs(pid) - before < lookMs / 2 ? calm + lookMs : 0
  }
}

/** Processor time, and the time in which threads waited for a processor, so that one that gets none does not seem idle. */
function busyMs(pid: number | undefined): number {
  return sumOf(pid, ([ran, waited]) => ran + waited)
}

type Times = [ran: number, waited: number]

function sumOf(pid: number | undefined, time: (times: Times) => number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + time(threadTimes(`/proc/${pid}/task/${thread}/schedstat`)), 0) / 1e6
}

/** In ns. */
function threadTimes(file: string): Times {
  try {
    const [ran, waited] = readFileSync(file, 'utf8').split(' ', 2)
    return [Number(ran), Number(waited)]
  } catch {
    // The thread has just ended.
    return [0, 0]
  }
}
