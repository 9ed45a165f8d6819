import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { packedLog } from '../../results/inspect.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedPart, ImportedRecording } from '../imported.ts'
import { featuresOfRows, messageText } from '../rows/case-features.ts'
import { baseName } from '../rows/data-set.ts'
import { type FieldUse, type RowCase, rowCase, textOfValue } from '../rows/row-fields.ts'
import { sampleFields, sampleKey, sampleRow, scorerKey } from './sample.ts'
import { type Scorer, scorerChecks, scorersOf } from './scorers.ts'

const ofRun = { drop: 'a fact about the run; the answer is a recording' }

const logFields: Record<string, FieldUse> = {
  ...sampleFields,
  epoch: 'source',
  uuid: ofRun,
  messages: ofRun,
  output: ofRun,
  scores: ofRun,
  store: ofRun,
  events: ofRun,
  timelines: ofRun,
  model_usage: ofRun,
  role_usage: ofRun,
  started_at: ofRun,
  completed_at: ofRun,
  total_time: ofRun,
  working_time: ofRun,
  attachments: ofRun,
  events_data: ofRun,
  error: ofRun,
  error_retries: ofRun,
  limit: ofRun,
  invalidation: ofRun,
}

/** The log in a file, `.json` or packed; undefined where it holds something else. */
export async function readLog(source: ImportSource): Promise<Data | undefined> {
  const { name } = source
  if (name.endsWith('.eval')) {
    const { header, samples } = packedLog(await source.bytes(), name)
    return isObject(header) ? { ...header, samples: [...samples] } : undefined
  }
  const data = name.endsWith('.json') ? parseData(await source.text(), name) : undefined
  return isObject(data) && isLog(data) ? data : undefined
}

/** Whether data is a log of an evaluation. */
function isLog(data: Data): boolean {
  return (
    isObject(data.eval) &&
    (Object.hasOwn(data, 'samples') || Object.hasOwn(data, 'plan') || Object.hasOwn(data, 'results'))
  )
}

/** A log: its samples as cases, its scorers as checks, its answers as recordings. */
export function importLog(log: Data, source: ImportSource): Imported {
  const { name } = source
  const { samples } = log
  if (!Array.isArray(samples) || samples.length === 0)
    throw invalidInput(`${name}: the log holds no samples; write it with log_samples=True`)
  const ledger = createLedger()
  const spec = isObject(log.eval) ? log.eval : {}
  const scorers = scorersOf(log)
  const found = new Map<string, RowCase>()
  const answers: { id: string; answer: Omit<ImportedRecording, 'case'> }[] = []
  const repeats = new Map<string, number>()
  const model = typeof spec.model === 'string' ? spec.model.replaceAll(/\s+/g, '-') : 'inspect'
  for (const [index, given] of samples.entries()) {
    const place = `samples[${index}]`
    if (!isObject(given)) throw invalidInput(`${name}: ${place} is no map of fields`)
    const item = rowCase(sampleRow(given), place, { tool: 'Inspect', fields: logFields }, ledger)
    if (!found.has(item.id)) found.set(item.id, withScorers(item, given, scorers, ledger))
    const repeat = (repeats.get(item.id) ?? 0) + 1
    repeats.set(item.id, repeat)
    answers.push({ id: item.id, answer: { model, repeat, ...keptAnswer(given) } })
  }
  const cases = [...found.values()].map(({ source: kept, ...item }) => {
    const { epoch: _, ...own } = kept ?? {}
    return { ...item, ...(Object.keys(own).length > 0 && { source: own }) }
  })
  const task = typeof spec.task === 'string' ? spec.task : baseName(name)
  const features = featuresOfRows(cases, { name: task, ledger, asksReference: scorers.length === 0 }).map((feature) => {
    const places = new Map(feature.cases.map(({ id }, index) => [id, index]))
    const recordings = answers.flatMap(({ id, answer }): ImportedRecording[] => {
      const place = places.get(id)
      return place === undefined ? [] : [{ case: place, ...answer }]
    })
    return { ...feature, recordings }
  })
  otherParts(log, ledger)
  return { features, rows: ledger.rows() }
}

function withScorers(item: RowCase, sample: Data, scorers: readonly Scorer[], ledger: FidelityLedger): RowCase {
  const targets = listOf(sample.target)
    .map(textOfValue)
    .filter((target) => target !== '')
  const { place } = item
  const parts = scorers.map((scorer): ImportedPart => {
    const { name } = scorer
    return { name, place, ...scorerChecks(scorer, targets), weight: 1, asked: scorerKey(scorer, sample) }
  })
  for (const { name, outcome, note } of parts) ledger.add({ kind: 'assertion', name, outcome, note, place })
  return {
    ...item,
    checks: parts.flatMap(({ checks }) => checks),
    rubric: parts.flatMap(({ rubric }) => rubric),
    parts,
    origins: () => [sampleKey(sample)],
  }
}

/** The answer of a sample. One that failed, or hit a limit without an answer, is an error and no score. */
export function keptAnswer({
  output,
  error,
  limit,
  total_time: seconds,
}: Data): Omit<ImportedRecording, 'case' | 'model'> {
  if (error !== undefined && error !== null)
    return { error: isObject(error) ? textOfValue(error.message ?? error) : textOfValue(error) }
  const { completion, choices, usage, stop_reason: own } = isObject(output) ? output : ({} as Data)
  const [choice] = listOf(choices)
  const message = isObject(choice) && isObject(choice.message) ? messageText(choice.message.content) : undefined
  const text = typeof completion === 'string' && completion !== '' ? completion : message
  if (text === undefined || text === '')
    return {
      error:
        limit === undefined || limit === null ? 'there is no output' : `a limit was reached: ${textOfValue(limit)}`,
    }
  const reason = own ?? (isObject(choice) ? choice.stop_reason : undefined)
  const tokens = isObject(usage) ? { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } : {}
  const numbers = { ...tokens, latencyMs: typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined }
  const known = Object.fromEntries(
    Object.entries(numbers).filter(([, value]) => typeof value === 'number' && value >= 0),
  )
  const finish = { max_tokens: 'length', model_length: 'length', content_filter: 'filter' } as const
  const cut =
    typeof reason === 'string' && Object.hasOwn(finish, reason)
      ? { finishReason: finish[reason as keyof typeof finish] }
      : {}
  return { output: text, ...cut, ...known }
}

function otherParts(log: Data, ledger: FidelityLedger): void {
  const row = { kind: 'field', outcome: 'dropped' } as const
  const steps = isObject(log.plan) ? listOf(log.plan.steps) : []
  for (const step of steps) {
    const solver = isObject(step) ? String(step.solver) : ''
    if (solver !== 'generate')
      ledger.add({
        ...row,
        name: `solver ${solver}`,
        note: 'code, which is not run here: what it adds to the prompt is not in the messages',
        place: 'plan',
      })
  }
  for (const key of Object.keys(log).filter((each) => !['eval', 'samples', 'plan'].includes(each)))
    ledger.add({ ...row, name: key, note: 'a fact about the run', place: key })
}
