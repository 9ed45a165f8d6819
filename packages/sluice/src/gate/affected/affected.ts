import path from 'node:path'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { type FeaturePlace, featureFiles } from './feature-files.ts'
import { isLockfile, isPatch } from './packages.ts'
import { type Changes, type PartState, partState, relative } from './part-state.ts'

/** One line of the list of what is read for a feature. */
interface ReadFile extends PartState {
  /** Relative to the repository's root; absolute where it lies outside. */
  path: string
  as: string
}

/** Whether a change reaches a feature, and everything that was looked at to say so. */
export interface FeatureScope {
  prompt: Prompt
  affected: boolean
  /** Why it is affected; empty when it is not. */
  because: string[]
  files: ReadFile[]
  /** The files that are code of checks and that changed. */
  changedChecks: string[]
  /** The files that are code of the application, or say what packages it runs with, and that changed. */
  changedApplication: string[]
  /** Lockfiles among the files that changed, the manifest where there is none, and patches of packages. */
  changedLockfiles: string[]
}

function isManifestOfNode(file: string): boolean {
  return path.posix.basename(file) === 'package.json'
}

/** A feature is left out only if nothing that is read for it changed. */
export async function scopeOfFeature(prompt: Prompt, place: FeaturePlace, changes: Changes): Promise<FeatureScope> {
  const { parts, checkCode, applicationCode, unknown } = await featureFiles(prompt, place)
  const codeNames = new Set<string>()
  const applicationNames = new Set<string>()
  const files = await Promise.all(
    parts.map(async (part): Promise<ReadFile> => {
      const shown = relative(changes.root, part.path)
      const name = shown.startsWith('../') ? part.path : shown
      const whole =
        part.kind === 'folder' || part.kind === 'packages' ? `${name}/` : path.posix.join(name, part.glob ?? '')
      const listedAs = whole === '/' ? './' : whole
      if (checkCode.includes(part)) codeNames.add(listedAs)
      if (applicationCode.includes(part)) applicationNames.add(listedAs)
      return { path: listedAs, as: part.as, ...(await partState(part, changes)) }
    }),
  )
  const seen = new Set<string>()
  const listed = files.filter(({ state, path: name }) => state !== 'absent' && !seen.has(name) && seen.add(name))
  // An import may mean a file or one in a folder of that name. Where the file itself changed, the guesses below it say
  // nothing more.
  const present = listed.filter(({ path: name, note }) => !(note && seen.has(note) && name.startsWith(`${note}/`)))
  const touched = present.filter(({ state }) => state !== 'unchanged')
  const because = [
    ...touched.map(({ path: name, as, note }) => `${name} (${as})${note === null ? '' : `: ${note}`}`),
    ...unknown,
  ]
  // Without a lockfile only the manifest says which packages there are.
  const isLocked = present.some((file) => isLockfile(file.path))
  const changedIn = (names: ReadonlySet<string>) => touched.map((file) => file.path).filter((name) => names.has(name))
  return {
    ...{ prompt, affected: because.length > 0, because, files: present },
    ...{ changedChecks: changedIn(codeNames), changedApplication: changedIn(applicationNames) },
    changedLockfiles: [
      ...touched.map((file) => file.path).filter(isLocked ? isLockfile : isManifestOfNode),
      ...changes.paths.filter(isPatch),
    ],
  }
}
