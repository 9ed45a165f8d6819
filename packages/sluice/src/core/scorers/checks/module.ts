import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { errorMessage } from '../../../errors.ts'
import type { ModuleCheck } from '../../suite/checks/check-spec.ts'
import { plainData } from '../../suite/values/written.ts'
import { CheckError } from './check-error.ts'
import { type CheckScore, type Measure, passOrFail } from './measure.ts'
import { onceWithin } from './time-limit.ts'

const share = z.number().min(0).max(1)
const answer = z.union([z.boolean(), share, z.strictObject({ score: share, reason: z.string() })])

/**
 * The user's own function. It gets `{output, vars, expected, case}` and answers a boolean, a number in [0,1] or
 * `{score, reason}`, directly or by a promise, within `limitMs`. The module is imported once.
 * @throws CheckError when it is not there, throws, takes too long, or answers anything else.
 */
export function measureModule({ value }: ModuleCheck, limitMs: number): Measure {
  let imported: Promise<(question: unknown) => unknown> | undefined
  return async ({ output, case: subject }, signal) => {
    imported ??= importFunction(value)
    const check = await imported
    const plain = plainData(subject) as typeof subject
    const { vars, expected } = plain
    const call = () =>
      onceWithin(
        limitMs,
        () => check({ output, vars, expected, case: plain }),
        () => tooLate(limitMs),
      )
    const given = await inTime(async () => call(), { limitMs, signal }).catch((cause) => {
      throw new CheckError(`${value} failed on case "${subject.id}": ${errorMessage(cause)}`, { cause })
    })
    const parsed = answer.safeParse(given)
    if (parsed.success) return toScore(parsed.data)
    throw new CheckError(
      `${value} answered ${describe(given)} on case "${subject.id}"; expected a boolean, a number in [0,1] or {score, reason}`,
    )
  }
}

async function importFunction(value: string): Promise<(question: unknown) => unknown> {
  const [file = '', name = 'default'] = value.split('#')
  let module: Record<string, unknown>
  try {
    module = await import(pathToFileURL(file).href)
  } catch (cause) {
    throw new CheckError(`${file} cannot be imported: ${errorMessage(cause)}`, { cause })
  }
  const check = module[name]
  if (typeof check === 'function') return check as (question: unknown) => unknown
  const exports = Object.keys(module).join(', ') || 'nothing'
  throw new CheckError(`${file} has no function ${name}, it exports ${exports}; name one as ${file}#name`)
}

const tooLate = (limitMs: number) => new Error(`no answer within ${limitMs} ms`)

/** The function's answer, or an error once the time is over or the run is stopped. */
async function inTime(
  call: () => Promise<unknown>,
  limits: { limitMs: number; signal: AbortSignal },
): Promise<unknown> {
  const { limitMs, signal } = limits
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = () => reject(new Error('the run was stopped'))
  const timer = setTimeout(() => reject(tooLate(limitMs)), limitMs)
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([call(), stopped])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function toScore(given: z.infer<typeof answer>): CheckScore {
  if (typeof given === 'boolean') return passOrFail(given, given ? 'passed' : 'failed')
  return typeof given === 'number' ? { score: given, reason: `score ${given}` } : given
}

function describe(given: unknown): string {
  return typeof given === 'object' && given !== null ? JSON.stringify(given) : String(given)
}
