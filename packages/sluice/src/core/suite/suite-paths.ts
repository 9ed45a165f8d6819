import path from 'node:path'
import type { Diagnostic } from './diagnostic.ts'
import type { ProjectFiles } from './files.ts'
import type { Prompt } from './prompt.ts'
import type { Source } from './source.ts'
import { suggest } from './suggest.ts'
import { located } from './validate.ts'

const kinds = { yaml: ['yaml', 'yml'], json: ['json'], jsonLines: ['jsonl', 'ndjson'], csv: ['csv', 'tsv'] }

/** How a suite is written, by the ending of its name; undefined for one that is not known. */
export function suiteKind(file: string): keyof typeof kinds | undefined {
  const ending = path.posix.extname(file).slice(1)
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((kind) => kinds[kind].includes(ending))
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
    if (suiteKind(file) === undefined) {
      return [located(source, at, `${file} is neither YAML (.yaml), JSON Lines (.jsonl), JSON (.json) nor CSV (.csv)`)]
    }
    if ((await files.list(file)).length > 0) return []
    const meant = suggest(file, await files.list(`${path.posix.dirname(file)}/*`))
    return [located(source, at, `there is no file ${file}${meant === undefined ? '' : `; did you mean ${meant}?`}`)]
  })
  return (await Promise.all(faults)).flat()
}
