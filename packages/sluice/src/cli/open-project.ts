import { refuseTrackedStore } from '../gate/tracked-store.ts'
import { configuredSecrets } from '../providers/configured-secrets.ts'
import type { Config } from '../suite/config.ts'
import { diskFiles, type ProjectFiles } from '../suite/files.ts'
import { findRoot, type LoadProjectOptions, loadProject, strictProject } from '../suite/project.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Host } from './host.ts'

export interface LoadedProject {
  config: Config
  prompts: Prompt[]
  files: ProjectFiles
  /** Path of each suite that was read -> number of its cases. */
  caseCounts: Map<string, number>
}

/**
 * The project around the current folder, without a fault in any of its files. Of the suites only those that `suites`
 * names are read.
 * @throws InvalidFilesError with every fault
 * @throws SluiceError `invalid-input` where the stored answers are part of the repository
 */
export async function openProject(host: Host, suites: LoadProjectOptions['suites']): Promise<LoadedProject> {
  const root = await findRoot(host.cwd())
  await refuseTrackedStore(root, host.env)
  const files = diskFiles(root)
  const project = await loadProject({ root, files, ...(suites && { suites }) })
  learnSecrets(project, host)
  const { config, prompts, caseCounts } = strictProject(project)
  return { config, prompts, files, caseCounts }
}

/** From now on the secrets that a project names or holds are masked in all that is written. */
export function learnSecrets(
  { config, prompts }: Pick<LoadedProject, 'config' | 'prompts'>,
  { mask, env }: Pick<Host, 'mask' | 'env'>,
): void {
  mask.learn(configuredSecrets(config, prompts, env).map(({ value }) => value))
}
