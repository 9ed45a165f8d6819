import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../errors.ts'
import { type Affected, affectedFeatures } from '../gate/affected.ts'
import { type BaseProject, readBaseProject } from '../gate/base-project.ts'
import { type Git, openGit } from '../gate/git.ts'
import type { Host } from './host.ts'
import type { LoadedProject } from './open-project.ts'

export interface ScopeOptions {
  base?: string
  changedFiles?: string
  all?: boolean
}

/** Which features a gate judges, and against what. */
export interface GateScope {
  affected: Affected[]
  /** Everything that the base commit says; undefined outside git. */
  base: BaseProject | undefined
  git: { head: string | null; base: string | null } | null
}

/** @throws SluiceError `invalid-input` where neither git nor a flag says what changed. */
export async function gateScope(project: LoadedProject, options: ScopeOptions, host: Host): Promise<GateScope> {
  const { config, prompts } = project
  const git = await openGit(config.root, host.env)
  if (!git && !options.all && options.changedFiles === undefined) throw outsideGit(config.root)
  if (!git && options.base !== undefined) {
    throw new SluiceError('invalid-input', `--base ${options.base}: ${config.root} is not in a git repository`)
  }
  const base = git && (await baseCommit(git, options))
  const changed = options.all ? undefined : await changedFiles(options.changedFiles, git, base, host)
  return {
    affected: changed ? affectedFeatures(prompts, config, changed) : prompts.map((prompt) => ({ prompt, because: [] })),
    base: git && base ? await readBaseProject(git, base, config.root) : undefined,
    git: git ? { head: (await git.head()) ?? null, base: base ?? null } : null,
  }
}

/** With --all a repository that has nothing to compare with yet is no fault. */
async function baseCommit(git: Git, { base, all }: ScopeOptions): Promise<string | undefined> {
  if (all && base === undefined) return git.mergeBase().catch(() => undefined)
  return git.mergeBase(base)
}

async function changedFiles(
  list: string | undefined,
  git: Git | undefined,
  base: string | undefined,
  host: Host,
): Promise<string[]> {
  if (list === undefined)
    return git && base ? (await git.changedSince(base)).map((file) => path.posix.relative(git.prefix, file)) : []
  const text = await readFile(path.resolve(host.cwd(), list), 'utf8').catch((cause: Error) => {
    throw new SluiceError('invalid-input', `--changed-files ${list}: cannot be read: ${cause.message}`, { cause })
  })
  const prefix = git?.prefix ?? ''
  const files = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return files.map((file) => (prefix !== '' && file.startsWith(prefix) ? file.slice(prefix.length) : file))
}

function outsideGit(root: string): SluiceError {
  return new SluiceError(
    'invalid-input',
    `${root} is not in a git repository, so nothing tells what changed. Run git init and commit a baseline, name the changed ` +
      'files with --changed-files, or judge every feature against the threshold with --all.',
  )
}
