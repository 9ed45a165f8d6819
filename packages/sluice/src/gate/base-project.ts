import type { Config } from '../suite/config.ts'
import type { ProjectFiles } from '../suite/files.ts'
import { loadConfig } from '../suite/load-config.ts'
import { loadPrompts } from '../suite/load-prompts.ts'
import type { Prompt } from '../suite/prompt.ts'
import { commitFiles } from './commit-files.ts'
import type { Git } from './git.ts'

/** The project as it was in the base commit. */
export interface BaseProject {
  commit: string
  /** As of then, its `root` being the present folder, so that absolute paths compare. */
  config: Config
  /** Suites, recordings, modules of then, those outside of the project's folder and in submodules included. */
  files: ProjectFiles
  /** Valid ones, as of then. */
  prompts: Prompt[]
  /** Prompt files of then of which nothing can be made. */
  invalid: string[]
}

/**
 * Reads the project out of a commit; the working tree is not touched.
 * @throws SluiceError `invalid-input` where something of it lies in a submodule whose commit is not here
 */
export async function readBaseProject(git: Git, commit: string, root: string): Promise<BaseProject> {
  const files = commitFiles(git, commit, { root, folder: git.prefix })
  const { config } = await loadConfig(files, root)
  const { prompts } = await loadPrompts(files, config)
  const valid = new Set(prompts.map(({ file }) => file))
  const invalid = (await files.list(config.prompts)).filter((file) => !valid.has(file))
  return { commit, config, files, prompts, invalid }
}
