import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { type Data, listOf, parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import { csvTests } from './csv-tests.ts'
import { resolvedVars } from './test-vars.ts'

/** One test of promptfoo with one value for each variable, the defaults merged in. */
export interface FooTest {
  description?: string
  vars: Data
  /** Why the test cannot be asked; its variables are then not all there. */
  fault?: string
  assert: unknown[]
  threshold?: number
  options: Data
  metadata: Data
  /** The labels of the prompts that it is for; all where it is absent. */
  prompts?: string[]
  place: string
}

/** Where a list of tests comes from. */
export interface TestLists {
  tests?: unknown
  scenarios?: unknown
  defaultTest?: unknown
}

const code = /\.(?:[cm]?[jt]s|py|rb)(?::[\w.]+)?$/
const mostTests = 200_000

/** All tests of a configuration, files read, scenarios and lists of values multiplied out. */
export async function readTests(lists: TestLists, source: ImportSource, ledger: FidelityLedger): Promise<FooTest[]> {
  const defaults = await defaultsOf(lists.defaultTest, source)
  const own = await loadTests(lists.tests, 'tests', source, ledger)
  const scenarios = await scenarioTests(lists.scenarios, source, ledger)
  const all = [...own, ...scenarios]
  // A configuration without tests asks every prompt once.
  const given =
    all.length === 0 && lists.tests === undefined && lists.scenarios === undefined
      ? [{ test: {}, place: 'defaultTest' }]
      : all
  const found: FooTest[] = []
  for (const { test, place } of given) {
    found.push(...(await expanded(merged(test, defaults), place, source)))
    if (found.length > mostTests)
      throw invalidInput(`${source.name}: more than ${mostTests} tests; split it, or import a part of it`)
  }
  return found
}

interface Placed {
  test: Data
  place: string
}

async function defaultsOf(given: unknown, source: ImportSource): Promise<Data> {
  if (typeof given === 'string') {
    const file = given.replace(/^file:\/\//, '')
    const data = parseData(await source.textOf(file), file)
    return isObject(data) ? data : {}
  }
  return isObject(given) ? given : {}
}

async function loadTests(
  given: unknown,
  place: string,
  source: ImportSource,
  ledger: FidelityLedger,
): Promise<Placed[]> {
  const found: Placed[] = []
  const isList = Array.isArray(given)
  for (const [index, each] of listOf(given).entries()) {
    const at = isList ? `${place}[${index}]` : place
    const file =
      typeof each === 'string' ? each : isObject(each) && typeof each.path === 'string' ? each.path : undefined
    if (file !== undefined) found.push(...(await testsOfFile(file, at, source, ledger)))
    else if (isObject(each)) found.push({ test: each, place: at })
    else throw invalidInput(`${source.name}: ${at} is neither a test nor a file with tests`)
  }
  return found
}

async function testsOfFile(
  reference: string,
  place: string,
  source: ImportSource,
  ledger: FidelityLedger,
): Promise<Placed[]> {
  const file = reference.replace(/^file:\/\//, '')
  const drop = (note: string) => {
    ledger.add({ kind: 'field', name: 'tests of a file', outcome: 'dropped', note: `${reference}: ${note}`, place })
    return []
  }
  if (code.test(file)) return drop('code, which is not run here; export the tests with promptfoo eval -o results.json')
  if (/^[a-z]+:\/\//.test(file)) return drop('not on this machine; download it')
  if (/\.xlsx?(?:#.*)?$/.test(file)) return drop('a spreadsheet; save it as CSV')
  const files = /[*?{]/.test(file) ? await source.list(file) : [file]
  if (files.length === 0) throw invalidInput(`${source.name}: ${place}: no file matches ${file}`)
  const found: Placed[] = []
  for (const each of files) {
    const text = await source.textOf(each)
    const data = /\.[ct]sv$/.test(each)
      ? await csvTests(text, each)
      : each.endsWith('.jsonl')
        ? parseLines(text, each)
        : parseData(text, each)
    const tests = isObject(data) && Array.isArray(data.tests) ? data.tests : listOf(data)
    found.push(...(await loadTests(tests, each, source, ledger)))
  }
  return found
}

/** Each entry of a scenario's `config` with each of its tests. */
async function scenarioTests(given: unknown, source: ImportSource, ledger: FidelityLedger): Promise<Placed[]> {
  const found: Placed[] = []
  for (const [index, each] of listOf(given).entries()) {
    const place = `scenarios[${index}]`
    const scenario =
      typeof each === 'string' ? parseData(await source.textOf(each.replace(/^file:\/\//, '')), each) : each
    if (!isObject(scenario)) throw invalidInput(`${source.name}: ${place} is no scenario`)
    const configs = await loadTests(scenario.config, `${place}.config`, source, ledger)
    const tests = await loadTests(scenario.tests ?? [{}], `${place}.tests`, source, ledger)
    for (const config of configs)
      for (const test of tests) {
        const { place: at } = test
        found.push({ test: { ...config.test, ...test.test, ...joined(config.test, test.test) }, place: at })
      }
  }
  return found
}

/** What of two tests is joined, and not replaced by the second. */
function joined(first: Data, second: Data): Data {
  const maps = (key: string) => ({ ...(isObject(first[key]) && first[key]), ...(isObject(second[key]) && second[key]) })
  return {
    vars: typeof second.vars === 'string' ? second.vars : maps('vars'),
    options: maps('options'),
    metadata: maps('metadata'),
    assert: [...listOf(first.assert), ...listOf(second.assert)],
  }
}

function merged(test: Data, defaults: Data): Data {
  const { disableDefaultAsserts } = { ...(isObject(test.options) ? test.options : {}) }
  const base = disableDefaultAsserts === true ? { ...defaults, assert: [] } : defaults
  return {
    ...base,
    ...test,
    ...joined(base, test),
    ...(isObject(test.vars) || test.vars === undefined ? {} : { defaultVars: base.vars }),
  }
}

async function expanded(test: Data, place: string, source: ImportSource): Promise<FooTest[]> {
  const { description, threshold, prompts, metadata, options } = test
  const settings = isObject(options) ? options : {}
  const combinations = await resolvedVars({ ...test, options: settings }, source)
  return combinations.map(({ vars, fault }) => ({
    ...(typeof description === 'string' && { description }),
    vars,
    ...(fault !== undefined && { fault }),
    assert: listOf(test.assert),
    ...(typeof threshold === 'number' && { threshold }),
    options: settings,
    metadata: isObject(metadata) ? metadata : {},
    ...(Array.isArray(prompts) && { prompts: prompts.map(String) }),
    place,
  }))
}
