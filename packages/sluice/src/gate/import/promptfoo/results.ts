import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { createLedger } from '../fidelity.ts'
import { type Data, listOf } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedCase, ImportedFeature, ImportedRecording } from '../imported.ts'
import { baseName } from '../rows/data-set.ts'
import { type FeatureSite, promptFeature } from './config.ts'
import type { FooPrompt } from './prompts.ts'
import { type FooResult, outputText, providerLabel, readResults, rowError, rowTest, rowVars } from './result-rows.ts'
import { createScriptFiles } from './script-module.ts'
import { type AskedRow, sentFeatures } from './sent-prompt.ts'
import { caseOfTest } from './test-case.ts'
import type { FooTest } from './tests.ts'

/** Results of promptfoo: the tests that were run, and the answers as recordings. */
export async function importResults(given: unknown, source: ImportSource): Promise<Imported> {
  const ledger = createLedger()
  const scripts = createScriptFiles()
  const { rows, prompts } = readResults(given, source.name)
  if (rows.length === 0) throw invalidInput(`${source.name}: the results are empty`)
  const tests = new Map<string, { test: FooTest; index: number }>()
  const placed = rows.map((row, index) => {
    const test = testOf(row, `results[${index}]`)
    const key = JSON.stringify([test.vars, test.description, test.assert, test.threshold])
    const known = tests.get(key) ?? { test, index: tests.size }
    tests.set(key, known)
    return { row, test: known.index, ...promptOf(row, prompts) }
  })
  const cases: ImportedCase[] = []
  for (const { test, index } of tests.values())
    cases.push(await caseOfTest(test, index, { source, scripts, ledger, transforms: [], areFilesOptional: true }))
  const site = { tests: [...tests.values()].map(({ test }) => test), cases, provider: undefined, ledger }
  const byPrompt = Map.groupBy(placed, ({ row, prompt, isSent }) =>
    isSent ? `sent ${row.promptIdx ?? 0}` : JSON.stringify([prompt.label, prompt.raw]),
  )
  const features = [...byPrompt.values()].flatMap((own) => {
    const { prompt, isSent } = own[0] as AskedRow
    const name = byPrompt.size === 1 ? (descriptionOf(given) ?? baseName(source.name)) : prompt.label.slice(0, 60)
    if (!isSent) {
      const asked = askedTests(own, site, prompt.label)
      return promptFeature(prompt, name, asked).map((feature) => withRecordings(feature, own, cases))
    }
    const { rows: asked, features: sent } = sentFeatures(own, name, site)
    return sent.map((feature) => withRecordings(feature, asked, cases))
  })
  if (features.length === 0) throw invalidInput(`${source.name}: no prompt of these results can be rendered here`)
  const errors = rows.filter((row) => outputText(row) === undefined).length
  const row = { kind: 'field', outcome: 'same', place: 'results' } as const
  if (errors < rows.length) ledger.add({ ...row, name: 'answer', note: 'a recording' }, rows.length - errors)
  if (errors > 0) ledger.add({ ...row, name: 'error', note: 'a recording that is an error, and no score' }, errors)
  return { features, files: scripts.files(), rows: ledger.rows() }
}

function descriptionOf(given: unknown): string | undefined {
  const config = isObject(given) && isObject(given.config) ? given.config : {}
  return typeof config.description === 'string' ? config.description : undefined
}

function testOf(row: FooResult, place: string): FooTest {
  const { description, threshold, options, metadata, assert } = rowTest(row)
  return {
    ...(typeof description === 'string' && { description }),
    vars: rowVars(row),
    assert: listOf(assert),
    ...(typeof threshold === 'number' && { threshold }),
    options: isObject(options) ? options : {},
    metadata: isObject(metadata) ? metadata : {},
    place,
  }
}

/** The tests that were run with a prompt: in promptfoo a test may be for some of the prompts only. */
function askedTests(own: readonly AskedRow[], site: FeatureSite, label: string): FeatureSite {
  const asked = [...new Set(own.map(({ test }) => test))].sort((a, b) => a - b)
  const others = site.tests.length - asked.length
  const row = { kind: 'field', outcome: 'same', place: label.slice(0, 60) } as const
  const note = 'the results do not have it for this prompt, so it is no case of it'
  if (others > 0) site.ledger.add({ ...row, name: 'test of another prompt', note }, others)
  return {
    ...site,
    tests: asked.map((index) => site.tests[index] as FooTest),
    cases: asked.map((index) => site.cases[index] as ImportedCase),
  }
}

function promptOf(
  { promptIdx, prompt }: FooResult,
  prompts: readonly FooPrompt[],
): Pick<AskedRow, 'prompt' | 'isSent'> {
  const byIndex = promptIdx === undefined || promptIdx === null ? undefined : prompts[promptIdx]
  const template = byIndex ?? prompts.find(({ label }) => label === prompt.label)
  if (template !== undefined) return { prompt: template, isSent: false }
  return { prompt: { label: prompt.label ?? prompt.raw, raw: prompt.raw }, isSent: true }
}

function withRecordings(
  feature: ImportedFeature,
  placed: readonly AskedRow[],
  cases: readonly ImportedCase[],
): ImportedFeature {
  const places = new Map(feature.cases.map(({ parts }, index) => [parts, index]))
  const repeats = new Map<string, number>()
  const recordings = placed.flatMap(({ row, test }): ImportedRecording[] => {
    const place = places.get(cases[test]?.parts)
    if (place === undefined) return []
    const model = providerLabel(row)
    const repeat = (repeats.get(`${place} ${model}`) ?? 0) + 1
    repeats.set(`${place} ${model}`, repeat)
    return [{ case: place, model, repeat, ...answerOf(row) }]
  })
  return { ...feature, recordings }
}

function answerOf(row: FooResult): Omit<ImportedRecording, 'case' | 'model'> {
  const { latencyMs, cost, response } = row
  const output = outputText(row)
  const tokens = { inputTokens: response?.tokenUsage?.prompt, outputTokens: response?.tokenUsage?.completion }
  const numbers: Data = { ...tokens, latencyMs, costUsd: cost }
  const known = Object.fromEntries(
    Object.entries(numbers).filter(([, value]) => typeof value === 'number' && value >= 0),
  )
  return output === undefined ? { error: rowError(row) ?? 'there is no output' } : { output, ...known }
}
