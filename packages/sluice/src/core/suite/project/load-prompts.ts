import type { Config } from '../config/config.ts'
import { configFileName } from '../config/load-config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { alternatives, type ProjectFiles } from '../project-files.ts'
import { parsePrompt } from '../prompt/parse-prompt.ts'
import type { Prompt } from '../prompt/prompt.ts'

export interface LoadedPrompts {
  prompts: Prompt[]
  /** The suites of files that could not be made into prompts. */
  orphanSuites: string[]
  diagnostics: Diagnostic[]
}

/**
 * All prompts of a project, in the order of their files, and what is wrong with them. A prompt with errors is left out
 * where nothing can be made of it. `configSource` tells where to report that no file matches.
 */
export async function loadPrompts(files: ProjectFiles, config: Config, configSource?: Source): Promise<LoadedPrompts> {
  const paths = await promptPaths(files, config)
  if (paths.length === 0)
    return { prompts: [], orphanSuites: [], diagnostics: [noPrompts(files, config, configSource)] }
  const prompts: Prompt[] = []
  const orphanSuites: string[] = []
  const diagnostics: Diagnostic[] = []
  const byFeature = new Map<string, Prompt>()
  for await (const parsed of parseTogether(files, paths, config)) {
    diagnostics.push(...parsed.diagnostics)
    if (parsed.prompt === undefined || parsed.source === undefined) {
      orphanSuites.push(...Object.values(parsed.suites))
      continue
    }
    const { feature } = parsed.prompt
    const other = byFeature.get(feature)
    if (other === undefined) {
      byFeature.set(feature, parsed.prompt)
      prompts.push(parsed.prompt)
    } else {
      const message = `"${feature}" is already the feature of ${files.describe(other.file)}; give one of them another name`
      diagnostics.push(located(parsed.source, ['name'], message))
    }
  }
  return { prompts, orphanSuites, diagnostics }
}

/** Parses several files at a time: faster for files of a commit, and not all files on disk are open at once. */
async function* parseTogether(files: ProjectFiles, paths: readonly string[], config: Config) {
  const atOnce = 32
  for (let start = 0; start < paths.length; start += atOnce) {
    yield* await Promise.all(paths.slice(start, start + atOnce).map((path) => parsePrompt(files, path, config)))
  }
}

/** The paths of prompt files. Only folders that may hold prompts are searched. */
export async function promptPaths(files: ProjectFiles, { prompts }: Pick<Config, 'prompts'>): Promise<string[]> {
  const lists = await Promise.all(alternatives(prompts).map((glob) => files.list(glob)))
  return [...new Set(lists.flat())].sort()
}

function noPrompts(files: ProjectFiles, { prompts, file = configFileName }: Config, source?: Source): Diagnostic {
  const place = source?.at(['prompts']) ?? { line: 1, column: 1 }
  return {
    severity: 'error',
    file: files.describe(file),
    ...place,
    path: 'prompts',
    message: `no file matches ${prompts}`,
  }
}
