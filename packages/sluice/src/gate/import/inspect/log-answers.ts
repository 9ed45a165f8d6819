import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { OldAnswer, OldPart } from '../old-answer.ts'
import { textOfValue } from '../rows/row-fields.ts'
import { keptAnswer, readLog } from './log.ts'
import { sampleKey, scorerKey } from './sample.ts'
import { type Scorer, scorersOf } from './scorers.ts'

/** The answers of a log with what its scorers said of them. */
export async function inspectAnswers(source: ImportSource): Promise<OldAnswer[]> {
  const log = await readLog(source)
  if (log === undefined)
    throw invalidInput(`${source.name} is no log of Inspect, so it holds no verdicts to compare with`)
  const scorers = scorersOf(log)
  const { model } = isObject(log.eval) ? log.eval : {}
  const samples = Array.isArray(log.samples) ? log.samples : []
  if (samples.length === 0)
    throw invalidInput(`${source.name}: the log holds no samples; write it with log_samples=True`)
  return samples.map((sample: unknown, index) => {
    const place = `samples[${index}]`
    if (!isObject(sample)) throw invalidInput(`${source.name}: ${place} is no map of fields`)
    return oldAnswer(sample, scorers, { place, model: typeof model === 'string' ? model : 'inspect' })
  })
}

function oldAnswer(
  sample: Data,
  scorers: readonly Scorer[],
  { place, model }: { place: string; model: string },
): OldAnswer {
  const { output, error, latencyMs } = keptAnswer(sample)
  const parts = scorers.map((scorer) => oldPart(scorer, sample))
  const fault = error ?? reasonAgainst(sample, parts)
  return {
    place,
    origins: [sampleKey(sample)],
    model,
    ...(output !== undefined && { output }),
    ...(fault !== undefined && { error: fault }),
    ...(latencyMs !== undefined && { latencyMs }),
    pass: parts.every(({ pass }) => pass !== false),
    parts,
  }
}

/** Why the scores of a sample say nothing of it as a whole. */
function reasonAgainst({ limit, invalidation }: Data, parts: readonly OldPart[]): string | undefined {
  if (invalidation !== undefined && invalidation !== null) return 'the sample was declared invalid'
  if (parts.some(({ pass }) => pass !== null)) return undefined
  return limit === undefined || limit === null ? 'it has no score' : `a limit was reached: ${textOfValue(limit)}`
}

function oldPart({ name, options }: Scorer, sample: Data): OldPart {
  const scores = isObject(sample.scores) ? sample.scores : {}
  const key = Object.keys(scores).find((each) => each.replace(/^inspect_ai\//, '') === name)
  const given = key === undefined ? undefined : scores[key]
  const score = scoreOf(isObject(given) ? given.value : given)
  // An F1 has no verdict there: it passes by the bound that it was given here.
  const bound = name === 'f1' ? 0.5 : 1
  return { name, asked: scorerKey({ name, options }, sample), pass: score === null ? null : score >= bound, score }
}

const letters: Record<string, number> = { C: 1, P: 0.5, I: 0, N: 0 }

/** Correct, partial, incorrect and no answer; a truth value; or a number. Null for what is none of them. */
function scoreOf(value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string') return Object.hasOwn(letters, value) ? (letters[value] ?? null) : null
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
