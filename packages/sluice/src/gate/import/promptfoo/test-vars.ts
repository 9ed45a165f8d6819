import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { type Data, listOf, parseData } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'
import { templateText } from './template-expression.ts'

/** One value for each variable, or why there is none. */
export interface VarCombination {
  vars: Data
  fault?: string
}

const mostCombinations = 100_000

/** The variables of a test: files read, lists multiplied out, and variables within texts put in. */
export async function resolvedVars(test: Data, source: ImportSource): Promise<VarCombination[]> {
  const given = { ...(isObject(test.defaultVars) && test.defaultVars), ...(await varsOf(test.vars, source)) }
  const isExpanded = !(isObject(test.options) && test.options.disableVarExpansion === true)
  const combinations = isExpanded ? await products(given, source) : [given]
  return Promise.all(combinations.map((vars) => resolved(vars, source)))
}

async function varsOf(given: unknown, source: ImportSource): Promise<Data> {
  if (isObject(given)) return given
  const all: Data = {}
  for (const each of listOf(given)) {
    const pattern = String(each).replace(/^file:\/\//, '')
    const files = /[*?{]/.test(pattern) ? await source.list(pattern) : [pattern]
    for (const file of files) {
      const data = parseData(await source.textOf(file), file)
      if (!isObject(data)) throw invalidInput(`${file} holds no variables by name`)
      Object.assign(all, data)
    }
  }
  return all
}

/** Every combination of the items of lists. */
async function products(vars: Data, source: ImportSource): Promise<Data[]> {
  let combinations: [string, unknown][][] = [[]]
  for (const [name, value] of Object.entries(vars)) {
    const isGlob = typeof value === 'string' && value.startsWith('file://') && /[*?]/.test(value)
    const files = isGlob ? await source.list(value.slice('file://'.length)) : []
    const items: unknown[] = Array.isArray(value) ? value : isGlob ? files.map((file) => `file://${file}`) : [value]
    if (combinations.length * items.length > mostCombinations) {
      throw invalidInput(`${source.name}: the lists of variables make more than ${mostCombinations} tests`)
    }
    combinations = combinations.flatMap((each) => items.map((item): [string, unknown][] => [...each, [name, item]]))
  }
  return combinations.map((entries) => Object.fromEntries(entries))
}

async function resolved(vars: Data, source: ImportSource): Promise<VarCombination> {
  const loaded: [string, unknown][] = []
  for (const [name, value] of Object.entries(vars)) {
    if (typeof value !== 'string' || !/^(?:file:\/\/|package:)/.test(value)) loaded.push([name, withoutLineEnd(value)])
    else if (/^package:|\.(?:[cm]?[jt]s|py|rb|pdf|png|jpe?g|gif|webp|bmp|svg|mp[34]|wav|webm|ogg|mov)$/i.test(value)) {
      return { vars, fault: `the variable ${name} is ${value}: code, or no text` }
    } else loaded.push([name, withoutLineEnd(await fileValue(value.slice('file://'.length), source))])
  }
  return { vars: withReferences(Object.fromEntries(loaded)) }
}

async function fileValue(file: string, source: ImportSource): Promise<string> {
  const text = await source.textOf(file)
  return /\.ya?ml$/.test(file) ? JSON.stringify(parseData(text, file)) : text.trim()
}

function withoutLineEnd(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\n$/, '') : value
}

const plain = /\{\{\s*(\w+)\s*\}\}/
const mostRounds = 5

/** Texts with the variables that they name in their place, some rounds deep, as in promptfoo. */
function withReferences(vars: Data): Data {
  const all = new Map(Object.entries(vars))
  for (let round = 0; round < mostRounds; round += 1) {
    let isChanged = false
    for (const [name, value] of all) {
      if (typeof value !== 'string') continue
      const [placeholder, other] = plain.exec(value) ?? []
      if (placeholder === undefined || other === undefined || other === name) continue
      const inserted = all.get(other)
      if (inserted === undefined || value.length > 1_000_000) continue
      all.set(
        name,
        value.replace(placeholder, () => templateText(inserted)),
      )
      isChanged = true
    }
    if (!isChanged) break
  }
  return Object.fromEntries(all)
}
