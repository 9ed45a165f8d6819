import { readdirSync, readFileSync } from 'node:fs'

/** Processor time that all threads of a process have used until now, in ms. It says more than the time that passes while others need the machine. */
export function processorMs(pid: number | undefined): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + threadNs(`/proc/${pid}/task/${thread}/schedstat`), 0) / 1e6
}

function threadNs(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ', 1)[0])
  } catch {
    // The thread has just ended.
    return 0
  }
}
