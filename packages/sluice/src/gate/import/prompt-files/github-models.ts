import { githubPromptSchema } from '../../../core/suite/prompt/github-prompt.ts'
import { variablesOf } from '../../../core/suite/values/template.ts'
import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedFeature } from '../imported.ts'
import { toolsOf } from '../imported-tools.ts'
import { modelField, modelSettings, otherModel } from '../other-model.ts'
import { messageText } from '../rows/case-features.ts'
import { baseName } from '../rows/data-set.ts'
import { promptTexts } from './prompt-folder.ts'

/** GitHub Models: one `.prompt.yml`, or all of a folder; their `testData` become suites. */
export async function importGithubModels(source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const texts = await promptTexts(source, ['.prompt.yml', '.prompt.yaml'])
  const features = texts.map(({ file, text }) => featureOf(parseData(text, file), file, ledger))
  return { features, rows: ledger.rows() }
}

function featureOf(data: unknown, file: string, ledger: FidelityLedger): ImportedFeature {
  if (!isObject(data) || !Array.isArray(data.messages) || data.messages.length === 0)
    throw invalidInput(`${file} is no prompt file of GitHub: it has no messages`)
  if (Object.hasOwn(data, 'sluice')) throw invalidInput(`${file} is a prompt file of Sluice already`)
  const {
    name,
    description,
    model,
    modelParameters,
    messages,
    responseFormat,
    jsonSchema,
    testData,
    evaluators,
    tools,
    toolChoice,
    ...others
  } = data
  const row = { kind: 'field', place: file } as const
  for (const key of Object.keys(others))
    ledger.add({ ...row, name: key, outcome: 'dropped', note: "no field of GitHub's files that is known here" })
  const parameters = isObject(modelParameters) ? modelSettings(modelParameters, file, ledger) : {}
  const format = formatOf(responseFormat, jsonSchema, file, ledger)
  if (name !== undefined) ledger.add({ ...row, name: 'name', outcome: 'same', note: 'the name of the feature' })
  const cases = listOf(testData).map((given, index) => {
    const place = `${file}: testData[${index}]`
    if (!isObject(given)) throw invalidInput(`${place} is no map of variables`)
    ledger.add({ kind: 'field', name: 'testData', outcome: 'same', note: 'a case', place })
    return { id: `testData-${index + 1}`, vars: given, checks: [], rubric: [] }
  })
  return {
    name: typeof name === 'string' ? name : baseName(file),
    ...(typeof description === 'string' && { description }),
    ...modelField(model, file, ledger),
    ...(Object.keys(parameters).length > 0 && { modelParameters: parameters }),
    messages: messages.map((each: unknown, index) => messageOf(each, `${file}: messages[${index}]`, ledger)),
    ...format,
    ...toolsOf(tools, toolChoice, { name: 'tools', place: file, ledger }),
    evaluators: listOf(evaluators).flatMap((each, index) => evaluatorOf(each, `${file}: evaluators[${index}]`, ledger)),
    cases,
  }
}

function messageOf(given: unknown, place: string, ledger: FidelityLedger) {
  const { role: name, content, ...others } = isObject(given) ? given : ({} as Data)
  const role = name === 'developer' ? 'system' : name
  const text = messageText(content)
  if ((role !== 'system' && role !== 'user' && role !== 'assistant') || text === undefined)
    throw invalidInput(`${place} is no message with a role and a text`)
  for (const key of Object.keys(others))
    ledger.add({
      kind: 'field',
      name: `messages.${key}`,
      outcome: 'dropped',
      note: 'a message has a role and a text',
      place,
    })
  ledger.add({ kind: 'field', name: 'message', outcome: 'same', note: '', place })
  // GitHub replaces {{name}} without spaces only; with spaces it was sent as it stands.
  const spaced = /\{\{(?:\s+[^{}]*|[^{}]*\s+)\}\}/g
  if (spaced.test(text) && variablesOf(text).length > 0)
    ledger.add({
      kind: 'field',
      name: '{{ name }}',
      outcome: 'approximated',
      note: 'with spaces GitHub sends it as it stands; here it is the variable',
      place,
    })
  return { role: role as 'system' | 'user' | 'assistant', content: text }
}

function formatOf(
  responseFormat: unknown,
  jsonSchema: unknown,
  place: string,
  ledger: FidelityLedger,
): Pick<ImportedFeature, 'responseFormat' | 'jsonSchema'> {
  if (responseFormat === undefined && jsonSchema === undefined) return {}
  const row = { kind: 'field', name: 'responseFormat', place } as const
  const schema = typeof jsonSchema === 'string' ? parseData(jsonSchema, `${place}: jsonSchema.json`) : jsonSchema
  if (responseFormat === 'json_schema' && isObject(schema)) {
    ledger.add({ ...row, outcome: 'same', note: '' })
    return { responseFormat, jsonSchema: schema }
  }
  const isKnown = responseFormat === 'text' || responseFormat === 'json_object'
  ledger.add({
    ...row,
    outcome: isKnown ? 'same' : 'dropped',
    note: isKnown ? '' : 'no form with a schema that is known here',
  })
  if (schema !== undefined)
    ledger.add({
      ...row,
      name: 'jsonSchema',
      outcome: 'dropped',
      note: 'it has no effect without responseFormat: json_schema',
    })
  return isKnown ? { responseFormat } : {}
}

function evaluatorOf(given: unknown, place: string, ledger: FidelityLedger): Data[] {
  const row = { kind: 'assertion', place } as const
  const kind = ['string', 'llm', 'uses'].find((each) => isObject(given) && Object.hasOwn(given, each)) ?? 'evaluator'
  const { entry, note } = withKnownJudge(given)
  const name = kind === 'uses' ? String((given as Data).uses) : kind
  const parsed = githubPromptSchema.shape.evaluators.safeParse([entry])
  const fault = parsed.error?.issues[0]?.message ?? stringFault(given, kind)
  if (fault !== undefined || kind === 'evaluator') {
    ledger.add({
      ...row,
      name,
      outcome: 'dropped',
      note: `no evaluator that is known here: ${fault ?? 'it has neither string, llm nor uses'}`,
    })
    return []
  }
  if (kind === 'uses')
    ledger.add({
      ...row,
      name,
      outcome: 'approximated',
      note: 'a question of the same meaning for the judge, answered by yes or no',
    })
  else if (kind === 'llm') ledger.add({ ...row, name, outcome: note === '' ? 'same' : 'approximated', note })
  else ledger.add({ ...row, name, outcome: 'same', note: '' })
  return [entry as Data]
}

/** GitHub compares with the first text that it finds; with none the evaluator says nothing. */
function stringFault(given: unknown, kind: string): string | undefined {
  const texts = isObject(given) && isObject(given.string) ? given.string : {}
  return kind === 'string' && !Object.values(texts).some((text) => typeof text === 'string' && text !== '')
    ? 'there is no text to compare with'
    : undefined
}

/** The entry with a judging model that is known, or without one. */
function withKnownJudge(given: unknown): { entry: unknown; note: string } {
  if (!isObject(given) || !isObject(given.llm) || typeof given.llm.modelId !== 'string')
    return { entry: given, note: '' }
  const { modelId, ...llm } = given.llm
  const model = otherModel(String(modelId))
  return model === undefined
    ? { entry: { ...given, llm }, note: `judged by the judge of sluice.yaml, and not by ${String(modelId)}` }
    : { entry: { ...given, llm: { modelId: model, ...llm } }, note: '' }
}
