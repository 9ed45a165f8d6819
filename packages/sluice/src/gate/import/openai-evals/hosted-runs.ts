import { variablesOf } from '../../../core/suite/values/template.ts'
import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { ImportedFeature, ImportedRecording } from '../imported.ts'
import { toolsOf } from '../imported-tools.ts'
import type { OldAnswer } from '../old-answer.ts'
import { modelField, modelSettings } from '../other-model.ts'
import { messageText } from '../rows/case-features.ts'
import { textOfValue } from '../rows/row-fields.ts'
import { criterionName } from './criterion.ts'
import { type HostedExport, hostedExports, itemOf } from './hosted-export.ts'
import { itemTemplate } from './item-template.ts'

type Runs = HostedExport['runs']

/** The prompt of the first run that has one: its template and its model. */
export function promptOfRun(
  runs: Runs,
  place: string,
  ledger: FidelityLedger,
): Pick<ImportedFeature, 'messages' | 'model' | 'modelParameters' | 'tools' | 'toolChoice'> {
  for (const [index, { run }] of runs.entries()) {
    const data = isObject(run.data_source) ? run.data_source : {}
    const template = isObject(data.input_messages) ? listOf(data.input_messages.template) : []
    const messages = template.map(messageOf)
    if (messages.length === 0) continue
    const at = `${place}[${index}].run`
    const known = messages.flatMap((each) => each ?? [])
    const row = { kind: 'field', name: 'input_messages', place: at } as const
    if (known.length < messages.length) {
      ledger.add({ ...row, outcome: 'dropped', note: 'its template holds more than texts and values of the item' })
      continue
    }
    ledger.add({ ...row, outcome: 'same', note: 'the messages of the prompt' })
    const {
      tools,
      tool_choice: choice,
      ...sampling
    } = isObject(data.sampling_params) ? data.sampling_params : ({} as Data)
    const parameters = modelSettings(sampling, at, ledger)
    return {
      messages: known,
      ...modelField(data.model ?? run.model, at, ledger),
      ...(Object.keys(parameters).length > 0 && { modelParameters: parameters }),
      ...toolsOf(tools, choice, { name: 'tools', place: at, ledger }),
    }
  }
  return {}
}

function messageOf(given: unknown): { role: 'system' | 'user' | 'assistant'; content: string } | undefined {
  const { role: name, content } = isObject(given) ? given : ({} as Data)
  const text = messageText(content)
  const translated = text === undefined ? undefined : itemTemplate(text)
  const role = name === 'developer' ? 'system' : name
  if (translated === undefined || (role !== 'system' && role !== 'user' && role !== 'assistant')) return undefined
  return variablesOf(translated).includes('completion') ? undefined : { role, content: translated }
}

/** The answers of all runs; those of one model are repeats. */
export function recordingsOf(runs: Runs, items: readonly Data[], ledger: FidelityLedger): ImportedRecording[] {
  const places = new Map(items.map((item, index) => [JSON.stringify(item), index]))
  const repeats = new Map<string, number>()
  for (const [index, { items: answers, hasMore }] of runs.entries())
    if (hasMore)
      ledger.add({
        kind: 'field',
        name: 'output items of other pages',
        outcome: 'dropped',
        note: `the file has ${answers.length} and says has_more; fetch the others (&after=) and join them`,
        place: `runs[${index}].output_items`,
      })
  return runs.flatMap(({ run, items: answers }, runIndex) =>
    answers.flatMap((answer, index): ImportedRecording[] => {
      const place = places.get(JSON.stringify(itemOf(answer.datasource_item)))
      const row = { kind: 'field', name: 'answer', place: `runs[${runIndex}].output_items[${index}]` } as const
      if (place === undefined) {
        ledger.add({ ...row, outcome: 'dropped', note: 'its item is none of the rows' })
        return []
      }
      const { model, ...kept } = answerOf(answer, run)
      const key = `${place} ${model}`
      const repeat = (repeats.get(key) ?? 0) + 1
      repeats.set(key, repeat)
      ledger.add({
        ...row,
        outcome: 'same',
        note: kept.output === undefined ? 'a recording that is an error, and no score' : 'a recording',
      })
      return [{ case: place, model, repeat, ...kept }]
    }),
  )
}

function answerOf({ sample }: Data, run: Data): Omit<ImportedRecording, 'case' | 'repeat'> {
  const { output, error, model: named, finish_reason: reason, usage } = isObject(sample) ? sample : ({} as Data)
  const model = textOfValue(named ?? run.model ?? 'openai').replaceAll(/\s+/g, '-')
  const texts = listOf(output).map((each) => (isObject(each) ? messageText(each.content) : undefined))
  const text = texts.at(-1)
  const fault =
    isObject(error) && (textOfValue(error.message) !== '' || textOfValue(error.code) !== '')
      ? textOfValue(error.message ?? error.code)
      : undefined
  if (text === undefined || text === '' || fault !== undefined) return { model, error: fault ?? 'there is no output' }
  const tokens = isObject(usage) ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : {}
  const known = Object.fromEntries(
    Object.entries(tokens).filter(([, value]) => typeof value === 'number' && value >= 0),
  )
  const finish =
    reason === 'length'
      ? { finishReason: 'length' as const }
      : reason === 'content_filter'
        ? { finishReason: 'filter' as const }
        : {}
  return { model, output: text, ...finish, ...known }
}

/** The answers of an export with what the product said of them. */
export async function hostedAnswers(source: ImportSource): Promise<OldAnswer[]> {
  const exports = hostedExports(parseData(await source.text(), source.name))
  const answers = (exports ?? []).flatMap(({ runs }) =>
    runs.flatMap(({ run, items }, runIndex) =>
      items.map((item, index) => oldAnswer(item, run, `runs[${runIndex}].output_items[${index}]`)),
    ),
  )
  if (answers.length === 0) throw invalidInput(`${source.name} holds no output items of runs to compare with`)
  return answers
}

function oldAnswer(item: Data, run: Data, place: string): OldAnswer {
  const { model, output, error } = answerOf(item, run)
  return {
    place,
    origins: [JSON.stringify(itemOf(item.datasource_item))],
    model,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    pass: item.status === 'pass',
    parts: listOf(item.results).flatMap((given) => {
      if (!isObject(given)) return []
      return [
        {
          name: criterionName(given.name),
          pass: typeof given.passed === 'boolean' ? given.passed : null,
          score: typeof given.score === 'number' ? given.score : null,
        },
      ]
    }),
  }
}
