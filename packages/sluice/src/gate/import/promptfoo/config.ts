import path from 'node:path'
import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { createLedger, type FidelityLedger } from '../fidelity.ts'
import type { Data } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import type { Imported, ImportedCase, ImportedFeature } from '../imported.ts'
import { type TranslatedPrompt, translatePrompt } from './messages.ts'
import { type FooPrompt, readPrompts } from './prompts.ts'
import { type TranslatedProvider, translateProviders } from './providers.ts'
import { dereferenced } from './references.ts'
import { createScriptFiles } from './script-module.ts'
import { UnsupportedTemplateError } from './template-tokens.ts'
import { caseOfTest } from './test-case.ts'
import { type FooTest, readTests } from './tests.ts'

/** Keys of a configuration that are read elsewhere, or say nothing about what is tested. */
const handled = new Set([
  '$schema',
  'assertionTemplates',
  'defaultTest',
  'description',
  'prompts',
  'providers',
  'scenarios',
  'targets',
  'tests',
])

const notes: Record<string, string> = {
  commandLineOptions: 'flags of promptfoo; see sluice gate --help',
  derivedMetrics: 'metrics out of metrics have no counterpart',
  env: 'variables of the environment are set outside of files',
  evaluateOptions: 'how a run goes: --concurrency, gate.repeats, timeoutMs of a provider; answers are always kept',
  extensions: 'code, which is not run here',
  nunjucksFilters: 'code, which is not run here',
  outputPath: 'reports are written with --report-dir',
  redteam: 'attacks are not generated; keep those that were found as cases',
  sharing: 'reports are files',
  tags: 'tags of a run',
  tracing: 'traces are not kept',
  writeLatestResults: 'reports are files',
}

/** A configuration of promptfoo: a feature for each prompt, with the tests that are for it. */
export async function importConfig(given: Data, source: ImportSource): Promise<Imported> {
  const config = (await dereferenced(given, source)) as Data
  const ledger = createLedger()
  const scripts = createScriptFiles()
  const providers = await providersOf(config, source, ledger)
  const [provider] = providers
  const prompts = await readPrompts(config.prompts, source, ledger)
  const tests = await readTests(config, source, ledger)
  if (tests.length === 0) {
    throw invalidInput(
      `${source.name}: there are no tests that can be read here; export them with promptfoo eval -o results.json, and import that file`,
    )
  }
  const transforms = provider?.transform === undefined ? [] : [provider.transform]
  const cases: ImportedCase[] = []
  for (const [index, test] of tests.entries()) {
    cases.push(await caseOfTest(test, index, { source, scripts, ledger, transforms }))
  }
  for (const key of Object.keys(config).filter((each) => !handled.has(each)))
    ledger.add({ kind: 'field', name: key, outcome: 'dropped', note: notes[key] ?? 'unknown here', place: key })
  const name = typeof config.description === 'string' ? config.description : folderName(source)
  const site = { tests, cases, provider, ledger }
  const features = prompts.flatMap((prompt) => promptFeature(prompt, prompts.length === 1 ? name : prompt.label, site))
  const entries = providers.flatMap(({ entry }) => (entry === undefined ? [] : [[entry.name, entry.settings] as const]))
  return {
    features: features.length > 0 ? features : [withoutPrompt(name, site)],
    providers: Object.fromEntries(entries.slice(0, provider?.entry === undefined ? 0 : 1)),
    files: scripts.files(),
    rows: ledger.rows(),
  }
}

async function providersOf(config: Data, source: ImportSource, ledger: FidelityLedger): Promise<TranslatedProvider[]> {
  const { parseData } = await import('../file-data.ts')
  const given = config.providers ?? config.targets
  const list: unknown[] = Array.isArray(given) ? given : [given]
  const loaded = await Promise.all(
    list.map(async (each) => {
      if (typeof each !== 'string' || !/^file:\/\/.+\.(?:ya?ml|json)$/.test(each)) return [each]
      const file = each.slice('file://'.length)
      const data = parseData(await source.textOf(file), file)
      return Array.isArray(data)
        ? data
        : [isObject(data) && Array.isArray(data.providers) ? data.providers : data].flat()
    }),
  )
  return translateProviders(
    loaded.flat().filter((each) => each !== undefined),
    ledger,
  )
}

function folderName({ name }: ImportSource): string {
  const folder = path.basename(path.dirname(path.resolve(name)))
  return folder === '' ? 'imported' : folder
}

export interface FeatureSite {
  tests: readonly FooTest[]
  /** The cases, each at the place of its test. */
  cases: readonly ImportedCase[]
  provider: TranslatedProvider | undefined
  ledger: FidelityLedger
}

function modelOf(provider: TranslatedProvider | undefined): Partial<ImportedFeature> {
  if (provider === undefined) return {}
  const { model, modelParameters, responseFormat, jsonSchema, tools, toolChoice } = provider
  return {
    ...{ model, modelParameters },
    ...(responseFormat && { responseFormat }),
    ...(jsonSchema && { jsonSchema }),
    ...(tools && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
  }
}

function withoutPrompt(name: string, { cases, provider }: FeatureSite): ImportedFeature {
  return { name, ...modelOf(provider), cases: [...cases] }
}

/** The feature of a prompt; none where no case of it can be asked, which the ledger then says. */
export function promptFeature(prompt: FooPrompt, name: string, site: FeatureSite): ImportedFeature[] {
  const { tests, cases, provider, ledger } = site
  const chosen = tests.flatMap((test, index) =>
    test.prompts === undefined || test.prompts.includes(prompt.label)
      ? [{ test, item: cases[index] as ImportedCase }]
      : [],
  )
  const drop = (what: string, note: string, place: string) =>
    ledger.add({ kind: 'field', name: what, outcome: 'dropped', note, place })
  const askable = chosen.filter(({ test }) => {
    if (test.fault !== undefined) drop('case', test.fault, test.place)
    return test.fault === undefined
  })
  if (askable.length === 0) return []
  try {
    const { raw, around } = withAround(
      prompt.raw,
      askable.map(({ test }) => test),
      ledger,
    )
    if (/\{\{\s*_conversation|_conversation\b/.test(raw))
      throw new UnsupportedTemplateError('_conversation, the turns before')
    const translated = translatePrompt(
      raw,
      askable.map(({ test }, index) => ({ ...test.vars, ...around[index] })),
    )
    noteRendering(translated, prompt.label, ledger)
    const own = askable.flatMap(({ test, item }, index): ImportedCase[] => {
      const result = translated.cases[index]
      if (result !== undefined && 'vars' in result) return [{ ...item, vars: result.vars }]
      drop('case', `the prompt cannot be rendered: ${result?.fault}`, test.place)
      return []
    })
    ledger.add({ kind: 'field', name: 'prompt', outcome: 'same', note: '', place: prompt.label.slice(0, 60) })
    return [{ name, ...modelOf(provider), messages: translated.messages, cases: own }]
  } catch (error) {
    if (!(error instanceof UnsupportedTemplateError)) throw error
    drop('prompt', `cannot be rendered: ${error.message}`, prompt.label.slice(0, 60))
    return []
  }
}

function noteRendering({ isRendered }: TranslatedPrompt, label: string, ledger: FidelityLedger): void {
  if (!isRendered) return
  ledger.add({
    kind: 'field',
    name: 'prompt with more than variables',
    outcome: 'approximated',
    note: 'loops and filters were rendered for each case: a change of the prompt means a new import',
    place: label.slice(0, 60),
  })
}

/** A prompt between the prefix and suffix of its tests: in its text where all agree, else as variables. */
function withAround(raw: string, tests: readonly FooTest[], ledger: FidelityLedger): { raw: string; around: Data[] } {
  const parts = tests.map(({ options }) => {
    const [prefix, suffix] = [options.prefix, options.suffix].map((part) => (typeof part === 'string' ? part : ''))
    return { prefix, suffix }
  })
  const [first] = parts
  if (first === undefined || parts.every(({ prefix, suffix }) => prefix === '' && suffix === ''))
    return { raw, around: [] }
  ledger.add({
    kind: 'field',
    name: 'prefix and suffix',
    outcome: 'same',
    note: 'part of the prompt',
    place: tests[0]?.place ?? '',
  })
  if (parts.every(({ prefix, suffix }) => prefix === first.prefix && suffix === first.suffix)) {
    return { raw: `${first.prefix}${raw}${first.suffix}`, around: [] }
  }
  return {
    raw: `{{_prefix}}${raw}{{_suffix}}`,
    around: parts.map(({ prefix, suffix }) => ({ _prefix: prefix, _suffix: suffix })),
  }
}
