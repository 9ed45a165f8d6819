import { learnSecrets } from '../../core/providers/configured-secrets.ts'
import { InvalidFilesError, inOrder } from '../../core/suite/diagnostics/diagnostic.ts'
import {
  findRoot,
  type LoadedProject,
  type LoadProjectOptions,
  loadProject,
  type PartlySoundProject,
  partlySound,
} from '../../core/suite/project/project.ts'
import { diskFiles } from '../../core/suite/project-files.ts'
import { chooseSuite } from '../../core/suite/prompt/suites.ts'
import { refuseTrackedStore } from '../../gate/git/tracked-store.ts'
import type { Host } from '../host.ts'

type Surroundings = Pick<Host, 'cwd' | 'env' | 'mask'>

/**
 * The project around the current folder, without a fault in any of its files. Of the suites only those that `suites`
 * names are read.
 * @throws InvalidFilesError with every fault
 * @throws SluiceError `invalid-input` where the stored answers are part of the repository
 */
export async function openProject(host: Surroundings, suites: LoadProjectOptions['suites']): Promise<LoadedProject> {
  const { suiteFaults, ...project } = await openPartlySound(host, suites)
  const faults = [...suiteFaults.values()].flat()
  if (faults.length > 0) throw new InvalidFilesError(inOrder(faults))
  return project
}

/** Opens the project for one feature: suites of others play no part, whatever is wrong with them. */
export function openFeature(name: string, suite: string | undefined, host: Surroundings): Promise<LoadedProject> {
  return openProject(host, (prompt, each) => prompt.feature === name && each === chooseSuite(prompt, suite))
}

/** Opens the project, but a faulty suite stops no other feature. @throws InvalidFilesError for all other faults */
export async function openPartlySound(
  { cwd, env, mask }: Surroundings,
  suites: LoadProjectOptions['suites'],
): Promise<PartlySoundProject> {
  const root = await findRoot(cwd())
  await refuseTrackedStore(root, env)
  const files = diskFiles(root)
  const project = await loadProject({ root, files, ...(suites && { suites }) })
  learnSecrets(project, { env, mask })
  return partlySound(project, files)
}
