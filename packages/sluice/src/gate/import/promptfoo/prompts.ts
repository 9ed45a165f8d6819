import path from 'node:path'
import { isObject } from '../../../json.ts'
import type { FidelityLedger } from '../fidelity.ts'
import { parseData, parseLines } from '../file-data.ts'
import type { ImportSource } from '../import-source.ts'

/** One prompt of promptfoo, its template as it is. */
export interface FooPrompt {
  /** Tests and providers choose a prompt by its label. */
  label: string
  raw: string
}

const codeFile = /\.(?:[cm]?[jt]s|py|rb|sh|exe)(?::[\w.]+)?$/
const promptFile = /\.(?:txt|md|markdown|json|jsonl|ya?ml|j2|jinja|prompt)$/

/** The prompts of a configuration, of files too. What is code, or comes from a service, is left out and named. */
export async function readPrompts(given: unknown, source: ImportSource, ledger: FidelityLedger): Promise<FooPrompt[]> {
  const listed: unknown[] = isObject(given)
    ? Object.entries(given).map(([file, label]) => ({ id: file, label }))
    : Array.isArray(given)
      ? given
      : given === undefined
        ? []
        : [given]
  const found: FooPrompt[] = []
  for (const [index, each] of listed.entries()) {
    found.push(...(await promptsOf(each, `prompts[${index}]`, source, ledger)))
  }
  return found
}

async function promptsOf(
  given: unknown,
  place: string,
  source: ImportSource,
  ledger: FidelityLedger,
): Promise<FooPrompt[]> {
  const settings = isObject(given) ? given : { id: given }
  const { id, raw, label, config } = settings
  const text = typeof raw === 'string' ? raw : typeof id === 'string' ? id : undefined
  const drop = (name: string, note: string) => {
    ledger.add({ kind: 'field', name, outcome: 'dropped', note, place })
    return []
  }
  if (config !== undefined) drop('prompt config', 'settings of the model belong to modelParameters of the prompt file')
  if (text === undefined) return drop('prompt', 'it is neither a text nor a file')
  const named = (fallback: string) => (typeof label === 'string' ? label : fallback)
  if (/^(?:langfuse|portkey|helicone|https?|exec|package):/.test(text)) {
    return drop(`prompt ${text.split(':')[0]}:`, 'it comes from a service or a program; put its text into a file')
  }
  const reference = text.replace(/^file:\/\//, '')
  const isFile =
    typeof raw !== 'string' && (text.startsWith('file://') || (!text.includes('\n') && looksLikeFile(text)))
  if (!isFile) return [{ label: named(text), raw: text }]
  if (codeFile.test(reference))
    return drop('prompt of code', 'code is not run here; export its text, or name your application as a target')
  const files = await filesOf(reference, source)
  if (files.length === 0 && !text.startsWith('file://')) return [{ label: named(text), raw: text }]
  if (files.length === 0) await source.textOf(reference)
  const found: FooPrompt[] = []
  for (const file of files) {
    const own = rawPrompts(await source.textOf(file), file)
    ledger.add({ kind: 'field', name: 'prompt file', outcome: 'same', note: '', place }, own.length)
    for (const [index, each] of own.entries()) {
      const name = files.length === 1 && typeof label === 'string' ? label : path.basename(file).replace(/\.\w+$/, '')
      found.push({ label: own.length === 1 ? name : `${name}-${index + 1}`, raw: each })
    }
  }
  return found
}

function looksLikeFile(text: string): boolean {
  return (
    !text.includes('{{') &&
    text.length < 300 &&
    (promptFile.test(text) || codeFile.test(text) || /^[\w./-]*\*[\w./*-]*$/.test(text))
  )
}

async function filesOf(reference: string, source: ImportSource): Promise<string[]> {
  const files = await source.list(reference)
  // A folder stands for the files in it; one outside is left to textOf, which refuses it.
  if (files.length > 0) return files
  const inside = await source.list(`${reference.replace(/\/$/, '')}/*`)
  if (inside.length > 0) return inside.filter((file) => promptFile.test(file))
  return reference.startsWith('..') && !/[*?]/.test(reference) ? [reference] : []
}

function rawPrompts(text: string, file: string): string[] {
  if (/\.ya?ml$/.test(file)) return [JSON.stringify(parseData(text, file))]
  if (file.endsWith('.jsonl')) return parseLines(text, file).map((each) => JSON.stringify(each))
  if (!file.endsWith('.txt')) return [text]
  return text
    .split(/^---\r?$/m)
    .map((part) => part.replace(/^\r?\n|\r?\n$/g, ''))
    .filter((part) => part.trim() !== '')
}
