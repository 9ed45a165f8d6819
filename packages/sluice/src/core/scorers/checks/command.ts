import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { jsonIn } from '../../../json.ts'
import type { Env } from '../../providers/api-key.ts'
import { errorExcerpt, tail } from '../../providers/excerpt.ts'
import type { Limiter } from '../../providers/limits/concurrency.ts'
import { runProgram } from '../../providers/program.ts'
import type { CommandCheck } from '../../suite/checks/check-spec.ts'
import { CheckError } from './check-error.ts'
import { type CheckScore, type Measure, passOrFail } from './measure.ts'

/** Where the programs of checks run. */
export interface CommandPlace {
  /** The project's folder. */
  cwd: string
  /** What they see of the environment: no credentials. */
  env: Env
  /** Takes secrets out of what is quoted in an error. */
  mask(text: string): string
  /** How many run at a time. */
  limiter: Limiter
}

const mostBytes = 1024 * 1024

const share = z.number().min(0).max(1)
const reason = z.string().exactOptional()
const answer = z.union([
  z.boolean(),
  share,
  z.strictObject({ score: share, reason }),
  z.strictObject({ pass: z.boolean(), reason }),
])
const expected = 'true, false, a number from 0 to 1, {"score": 0.5, "reason": "…"} or {"pass": true, "reason": "…"}'

/**
 * The user's own program. It reads `{output, vars, expected, case}` as JSON from its standard input and writes its
 * answer as JSON: true or false, a number in [0,1], `{score, reason}` or `{pass, reason}`, within `limitMs`. What it
 * has started ends with it.
 * @throws CheckError when it cannot be started, fails, takes too long, writes too much or anything else
 */
export function measureCommand(
  { name, value: command }: CommandCheck,
  place: CommandPlace | undefined,
  limitMs: number,
): Measure {
  return async ({ output, case: subject }, signal) => {
    if (!place) throw new CheckError(`check ${name}: programs are not run here`)
    const { vars, expected: reference, id } = subject
    const input = JSON.stringify({ output, vars, expected: reference, case: subject })
    const fail = (fault: string, cause?: unknown) =>
      new CheckError(`the check ${command.join(' ')} ${fault} (case "${id}")`, { cause })
    const slot = await place.limiter.acquire(signal).catch((cause) => {
      throw fail('was stopped', cause)
    })
    const ended = await timed(limitMs, signal, (stop) => {
      return runProgram({ command, cwd: place.cwd, env: place.env, input, signal: stop, mostBytes, endsChildren: true })
    }).finally(() => slot.release('ok'))
    const { stdout, stderr, timeIsUp } = ended
    const stderrEnd = stderr.trim() === '' ? '' : `; stderr ends: ${tail(stderr, place.mask)}`
    if (timeIsUp) throw fail(`gave no answer within ${limitMs} ms${stderrEnd}`)
    if (ended.fault !== undefined) throw fail(`${ended.fault}${stderrEnd}${wayOut(ended.cause, command)}`, ended.cause)
    const written = isUtf8(stdout) ? stdout.toString().trim() : undefined
    if (written === undefined) throw fail('wrote what is not UTF-8')
    const parsed = answer.safeParse(jsonIn(written))
    if (parsed.success) return toScore(parsed.data)
    const met = written === '' ? 'nothing' : errorExcerpt(written, place.mask)
    throw fail(`wrote ${met} where ${expected} is wanted, and nothing else; what it logs belongs on stderr${stderrEnd}`)
  }
}

async function timed<T>(limitMs: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limitMs)
  try {
    const result = await work(AbortSignal.any([signal, controller.signal]))
    return { ...result, timeIsUp: controller.signal.aborted }
  } finally {
    clearTimeout(timer)
  }
}

function wayOut(cause: unknown, [program = '']: readonly string[]): string {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  return isMissing ? `; install ${program} where this runs, or name it by its path` : ''
}

function toScore(given: z.infer<typeof answer>): CheckScore {
  if (typeof given === 'boolean') return passOrFail(given, given ? 'passed' : 'failed')
  if (typeof given === 'number') return { score: given, reason: `score ${given}` }
  if ('pass' in given) return passOrFail(given.pass, given.reason ?? (given.pass ? 'passed' : 'failed'))
  return { score: given.score, reason: given.reason ?? `score ${given.score}` }
}
