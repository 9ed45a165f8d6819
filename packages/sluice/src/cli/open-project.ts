import { refuseTrackedStore } from '../gate/tracked-store.ts'
import { configuredSecrets } from '../providers/configured-secrets.ts'
import type { Config } from '../suite/config.ts'
import { type Diagnostic, InvalidFilesError, inOrder } from '../suite/diagnostic.ts'
import { diskFiles, type ProjectFiles } from '../suite/files.ts'
import { findRoot, type LoadProjectOptions, loadProject } from '../suite/project.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Host } from './host.ts'

export interface LoadedProject {
  config: Config
  prompts: Prompt[]
  files: ProjectFiles
  /** Path of each suite that was read -> number of its cases. */
  caseCounts: Map<string, number>
}

/** A project of which suites may be faulty. */
export interface PartlySoundProject extends LoadedProject {
  /** The faults of each feature's suites, by feature; nothing of a feature that has none. */
  suiteFaults: ReadonlyMap<string, readonly Diagnostic[]>
}

/**
 * The project around the current folder, without a fault in any of its files. Of the suites only those that `suites`
 * names are read.
 * @throws InvalidFilesError with every fault
 * @throws SluiceError `invalid-input` where the stored answers are part of the repository
 */
export async function openProject(host: Host, suites: LoadProjectOptions['suites']): Promise<LoadedProject> {
  const { suiteFaults, ...project } = await openPartlySound(host, suites)
  const faults = [...suiteFaults.values()].flat()
  if (faults.length > 0) throw new InvalidFilesError(inOrder(faults))
  return project
}

/** The same where a faulty suite is to stop no other feature. @throws InvalidFilesError for all other faults */
export async function openPartlySound(host: Host, suites: LoadProjectOptions['suites']): Promise<PartlySoundProject> {
  const root = await findRoot(host.cwd())
  await refuseTrackedStore(root, host.env)
  const files = diskFiles(root)
  const project = await loadProject({ root, files, ...(suites && { suites }) })
  learnSecrets(project, host)
  const { config, prompts, caseCounts, diagnostics } = project
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const bySuite = new Map(
    prompts.map((prompt) => [prompt.feature, errors.filter((fault) => isOfSuite(fault, prompt))] as const),
  )
  const ofSuites = new Set([...bySuite.values()].flat())
  if (errors.some((fault) => !ofSuites.has(fault))) throw new InvalidFilesError(errors)
  const suiteFaults = new Map([...bySuite].filter(([, faults]) => faults.length > 0))
  return { config, prompts, files, caseCounts, suiteFaults }
}

/** In the suite itself, or where the prompt names one that is not there. */
function isOfSuite({ file, path }: Diagnostic, prompt: Prompt): boolean {
  return Object.values(prompt.suites).includes(file) || (file === prompt.file && path.startsWith('suites.'))
}

/** From now on the secrets that a project names or holds are masked in all that is written. */
export function learnSecrets(
  { config, prompts }: Pick<LoadedProject, 'config' | 'prompts'>,
  { mask, env }: Pick<Host, 'mask' | 'env'>,
): void {
  mask.learn(configuredSecrets(config, prompts, env).map(({ value }) => value))
}
