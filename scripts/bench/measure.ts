import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Measured {
  code: number | null
  seconds: number
  /** Highest resident memory of the process, in MB; undefined where /proc is missing. */
  peakMb: number | undefined
  stdout: string
  stderr: string
}

/** Runs a command to its end, with its wall time and the peak of its own memory. */
export async function measure(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Measured> {
  const started = performance.now()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    if (stdout.length < 1_000_000) stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    if (stderr.length < 100_000) stderr += text
  })
  let peakMb: number | undefined
  const sampler = setInterval(() => {
    peakMb = residentPeakMb(child.pid) ?? peakMb
  }, 100)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(sampler)
  return { code, seconds: (performance.now() - started) / 1000, peakMb, stdout, stderr }
}

function residentPeakMb(pid: number | undefined): number | undefined {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match ? Number(match[1]) / 1024 : undefined
  } catch {
    // The process has just ended, or this system has no /proc.
    return undefined
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The median of `a/b` over pairs run in turn, so that a machine that slows down slows both. */
export async function pairedRatio(pairs: number, a: () => Promise<number>, b: () => Promise<number>): Promise<number> {
  await a()
  await b()
  const ratios: number[] = []
  for (let n = 0; n < pairs; n += 1) {
    const [first, second] = n % 2 ? [await a(), await b()] : [await b(), await a()].reverse()
    ratios.push((first ?? NaN) / (second ?? NaN))
  }
  return median(ratios)
}
