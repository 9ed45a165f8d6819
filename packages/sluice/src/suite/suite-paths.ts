import path from 'node:path'
import type { Diagnostic } from './diagnostic.ts'
import type { ProjectFiles } from './files.ts'
import type { Prompt } from './prompt.ts'
import type { Source } from './source.ts'
import { suggest } from './suggest.ts'
import { located } from './validate.ts'

const suffixes = /\.(?:yaml|yml|json|jsonl|ndjson)$/

/** Whether a suite holds one case a line, and not one document. */
export function isJsonLines(file: string): boolean {
  return /\.(?:jsonl|ndjson)$/.test(file)
}

/** Suites by name, with paths relative to the root in place of those relative to the prompt's folder. */
export function suitePaths(suites: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(suites).map(([name, file]) => [name, path.posix.join(folder, file)]))
}

/** Suites that do not exist or cannot be read, at the key that names them; a warning when there are no cases at all. */
export async function suiteFaults(
  { suites, inlineCases }: Prompt,
  source: Source,
  files: ProjectFiles,
): Promise<Diagnostic[]> {
  const entries = Object.entries(suites)
  if (entries.length === 0 && inlineCases.length === 0) {
    return [
      located(source, [], 'has no cases, so no change of it can be judged; add "suites" or "testData"', 'warning'),
    ]
  }
  const faults = entries.map(async ([name, file]) => {
    const at = ['suites', name]
    if (!suffixes.test(file)) return [located(source, at, `${file} is neither YAML (.yaml) nor JSON Lines (.jsonl)`)]
    if ((await files.list(file)).length > 0) return []
    const meant = suggest(file, await files.list(`${path.posix.dirname(file)}/*`))
    return [located(source, at, `there is no file ${file}${meant === undefined ? '' : `; did you mean ${meant}?`}`)]
  })
  return (await Promise.all(faults)).flat()
}
