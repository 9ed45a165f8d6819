import type { Config } from '../../core/suite/config/config.ts'
import { configFileName, loadConfig } from '../../core/suite/config/load-config.ts'
import { loadPrompts, promptPaths } from '../../core/suite/project/load-prompts.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { type CommitTree, openTree } from '../git/commit-tree.ts'
import type { Git } from '../git/git.ts'
import { baseFolder, type PresentProject } from './base-folder.ts'
import { commitFiles } from './commit-files.ts'

/** The project as it was in the base commit. */
export interface BaseProject {
  commit: string
  /** The configuration of then; its `root` is the present folder, so that absolute paths compare after a move. */
  config: Config
  /** Suites, recordings, modules of then, those outside of the project's folder and in submodules included. */
  files: ProjectFiles
  /** Valid ones, as of then. */
  prompts: Prompt[]
  /** Prompt files of then of which nothing can be made. */
  invalid: string[]
  /** The project's folder then, within the repository: `''` or ending in a slash. */
  folder: string
  /** The whole repository then. */
  tree: CommitTree
  /** The root of the repository; absolute. */
  repository: string
}

/**
 * Reads the project out of a commit; the working tree is not touched.
 * @throws SluiceError `invalid-input` where something of it lies in a submodule whose commit is not here
 */
export async function readBaseProject(git: Git, commit: string, present: PresentProject): Promise<BaseProject> {
  const tree = await openTree(git, commit)
  const place = await baseFolder(git, tree, present)
  await readTogether(git, tree, place.folder)
  const files = commitFiles(tree, place)
  const { config } = await loadConfig(files, place.root)
  const { prompts } = await loadPrompts(files, config)
  const valid = new Set(prompts.map(({ file }) => file))
  const invalid = (await promptPaths(files, config)).filter((file) => !valid.has(file))
  return { commit, config, files, prompts, invalid, folder: place.folder, tree, repository: git.root }
}

/** Asks for what every project has in one go: loading finds one file by what another one says. */
async function readTogether(git: Git, tree: CommitTree, folder: string): Promise<void> {
  const isOfProject = (file: string) =>
    file === `${folder}${configFileName}` || (file.startsWith(folder) && promptFile.test(file))
  const wanted = tree.entries().filter(({ kind, path: file }) => kind === 'file' && isOfProject(file))
  // A fault is told by whoever needs the file.
  await Promise.allSettled(wanted.map(({ oid }) => git.blob(oid)))
}

const promptFile = /\.prompt\.ya?ml$/
