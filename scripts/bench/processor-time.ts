import { readdirSync, readFileSync } from 'node:fs'

/** Processor time that all threads of a process have used until now, in ms. It says more than the time that passes while others need the machine. */
export function processorMs(pid: number | undefined): number {
  return sumOf(pid, ([ran]) => ran)
}

/** The same of its first thread alone, which answers requests. */
export function mainThreadMs(pid: number | undefined): number {
  return threadTimes(`/proc/${pid}/task/${pid}/schedstat`)[0] / 1e6
}

/** The same with the time in which its threads waited for a processor, so that one that gets none does not seem idle. */
export function busyMs(pid: number | undefined): number {
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
