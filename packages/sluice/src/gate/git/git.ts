import { existsSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { changedPaths } from './changed-paths.ts'
import { GitError, gitIn, isInRepository, type RunGit } from './git-process.ts'
import { type Objects, objectsOf } from './objects.ts'
import { once } from './once.ts'
import { type WorkingTree, workingTree } from './working-tree.ts'

/** The repository has nothing to compare with; what it has, but not here, is another fault. */
export class NoBaseError extends SluiceError {
  override readonly name = 'NoBaseError'

  constructor(message: string) {
    super('invalid-input', message)
  }
}

/**
 * A repository and its working tree, as they were when something was first asked: a run judges one state, and asks git
 * for nothing twice. Paths are posix and relative to the repository's root.
 */
export interface Git extends Objects {
  /** The folder of the working tree; absolute, without symbolic links. */
  root: string
  /** The folder that it was opened for, `''` or ending in a slash. */
  prefix: string
  head(): Promise<string | undefined>
  /** The commit that a reference names, if there is one. */
  find(reference: string): Promise<string | undefined>
  /** The first of these branches that is there; those of the remote begin with `origin/`. */
  firstBranch(names: readonly string[]): Promise<string | undefined>
  /** The commit that a reference names. @throws SluiceError `invalid-input` when there is none. */
  resolve(reference: string): Promise<string>
  /** Where this branch left `reference`. @throws SluiceError `invalid-input` with the way out. */
  mergeBase(reference: string): Promise<string>
  /** The last commit that two references have in common, if there is one; `other` is HEAD by default. */
  commonCommit(reference: string, other?: string): Promise<string | undefined>
  /** Files of the working tree and of its submodules; untracked ones included, ignored ones not. */
  files(): Promise<string[]>
  /** What git ignores; a folder that is ignored as a whole is one path, which ends in a slash. */
  ignored(): Promise<string[]>
  /** Paths that differ between `commit` and the working tree; see `changedPaths`. */
  changedSince(commit: string): Promise<string[]>
  /**
   * The repository of the submodule at `place`, which holds `commit`.
   * @throws SluiceError `invalid-input` with the command that fetches it
   */
  submodule(place: string, commit: string): Promise<Objects & Pick<Git, 'submodule'>>
}

/**
 * Opens the repository around `folder`; undefined only where the folder lies in none.
 * @throws SluiceError `invalid-input` with git's own words where git refuses or is missing
 */
export async function openGit(folder: string, env: NodeJS.ProcessEnv): Promise<Git | undefined> {
  const place = await repositoryAround(folder, env)
  return place && gitAt(place, env)
}

/** Where a repository is, and a folder in it; see `Git`. */
export type RepositoryPlace = Pick<Git, 'root' | 'prefix'>

/** The repository at a place that is known, as it is now. */
export function gitAt({ root, prefix }: RepositoryPlace, env: NodeJS.ProcessEnv): Git {
  const tree = workingTree(root, env)
  const { git } = tree
  const named = (text: string) => git.tryText('rev-parse', '--verify', '--quiet', '--end-of-options', text)
  const commitOf = once(async (reference: string) => {
    const commit = await named(`${reference}^{commit}`)
    // A branch whose commit is lost is a damaged repository, and not a branch that nobody made: git says which.
    if (!commit && !isHash.test(reference) && (await named(reference))) await git.text('cat-file', '-t', reference)
    return commit
  })
  const isShallow = async () => (await git.text('rev-parse', '--is-shallow-repository')) === 'true'
  const resolve = async (reference: string) => {
    const commit = await commitOf(reference)
    if (commit) return commit
    throw new SluiceError('invalid-input', await unknownReference(reference, await isShallow()))
  }
  const commonCommit = (reference: string, other = 'HEAD') =>
    git.tryText('merge-base', '--end-of-options', other, reference)
  let headCommit: Promise<string | undefined> | undefined
  const head = () => {
    headCommit ??= commitOf('HEAD')
    return headCommit
  }
  return {
    root,
    prefix,
    tree: tree.tree,
    blob: tree.blob,
    head,
    resolve,
    find: commitOf,
    async firstBranch(names) {
      const references = names.map(referenceOf)
      const found = (await git.text('for-each-ref', '--format=%(refname)', ...references)).split('\n')
      return names.find((_, index) => found.includes(references[index] ?? ''))
    },
    commonCommit,
    async mergeBase(reference) {
      const left = await leftAt(git, reference)
      if (left) {
        headCommit ??= Promise.resolve(left.head)
        return left.base
      }
      const commit = await resolve(reference)
      if ((await head()) === undefined) throw new SluiceError('invalid-input', noCommitYet(reference))
      const base = await commonCommit(commit)
      if (base) return base
      if (await isShallow()) throw new SluiceError('invalid-input', missingHistory(reference))
      throw new NoBaseError(
        `HEAD and ${reference} have no common commit here: the histories are unrelated; name another base with --base.`,
      )
    },
    files: () => filesOf(tree),
    ignored: () =>
      git.records(
        'ls-files',
        '--others',
        '--ignored',
        '--exclude-standard',
        '--directory',
        '--no-empty-directory',
        '-z',
      ),
    changedSince: once((commit: string) => changedPaths(tree, commit)),
    submodule: async (at, commit) => {
      const gitDir = await git.text('rev-parse', '--absolute-git-dir')
      return submoduleOf({ top: root, place: '', gitDir }, at, commit, env)
    },
  }
}

/**
 * HEAD and the commit where it left `reference`, from one process. Undefined where there is more to say than these two:
 * what is missing is asked for by itself.
 */
async function leftAt(git: RunGit, reference: string): Promise<{ head: string; base: string } | undefined> {
  // No name of git has two dots, and after three of them git takes nothing for HEAD.
  if (reference === '' || reference.includes('..')) return undefined
  const output = await git.text('rev-parse', `HEAD...${reference}`, '--').catch((error: unknown) => {
    if (error instanceof GitError) return ''
    throw error
  })
  const [other = '', head = '', base = ''] = output.split('\n')
  const isWhole = isHash.test(other) && isHash.test(head) && base.startsWith('^') && isHash.test(base.slice(1))
  return isWhole ? { head, base: base.slice(1) } : undefined
}

/** `origin/main` is the remote's, `main` this repository's own. */
function referenceOf(branch: string): string {
  return branch.startsWith('origin/') ? `refs/remotes/${branch}` : `refs/heads/${branch}`
}

async function filesOf({ git, index, untracked }: WorkingTree): Promise<string[]> {
  const entries = await index()
  const inside = entries.some(({ kind }) => kind === 'submodule')
    ? await git.records('ls-files', '--cached', '--recurse-submodules', '-z')
    : entries.map(({ path: file }) => file)
  return [...new Set([...inside, ...(await untracked())])]
}

/** The name of a commit, which git takes for one whether it is there or not. */
const isHash = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

/** Where the repository around `folder` is; undefined only where the folder lies in none. @throws as `openGit` */
export async function repositoryAround(folder: string, env: NodeJS.ProcessEnv): Promise<RepositoryPlace | undefined> {
  try {
    const git = gitIn(folder, env)
    const [root = '', prefix = ''] = (await git.text('rev-parse', '--show-toplevel', '--show-prefix')).split('\n')
    return { root, prefix }
  } catch (error) {
    const isOutside = error instanceof GitError && !isInRepository(folder, env) && !isRefusal.test(error.gitOutput)
    if (isOutside) return undefined
    throw error
  }
}

/** What git says of a repository that is there, but has no files or belongs to somebody else. */
const isRefusal = /must be run in a work tree|ownership|bare repository/

/** What a submodule lies in: the repository, or another submodule, which need not be checked out any more. */
interface Outer {
  /** The folder of the whole repository. */
  top: string
  /** Within it, `''` or ending in a slash. */
  place: string
  /** Where git keeps it. */
  gitDir: string
}

/** Looks where a submodule is checked out, where its repository is kept, and in the repository that holds it. */
async function submoduleOf({ top, place: outer, gitDir }: Outer, at: string, commit: string, env: NodeJS.ProcessEnv) {
  const place = outer + at
  const folder = path.join(top, place)
  const isCheckedOut = existsSync(path.join(folder, '.git'))
  const kept = path.join(gitDir, 'modules', at)
  const repositories = [
    ...(isCheckedOut ? [gitIn(folder, env)] : []),
    // Its settings name a working tree, which may be gone.
    ...[kept, gitDir]
      .filter((each) => existsSync(each))
      .map((each) => gitIn(top, env, ['--git-dir', each, '--work-tree', top])),
  ]
  const refusals: string[] = []
  for (const git of repositories) {
    try {
      await git.text('cat-file', '-e', `${commit}^{commit}`)
      const inner = { top, place: `${place}/`, gitDir: await git.text('rev-parse', '--absolute-git-dir') }
      const submodule = (below: string, oid: string) => submoduleOf(inner, below, oid, env)
      return { ...objectsOf(git), submodule }
    } catch (error) {
      if (!(error instanceof GitError)) throw error
      refusals.push(error.gitOutput)
    }
  }
  const cure = isCheckedOut
    ? `git -C ${place} fetch origin ${commit}`
    : `git submodule update --init ${outer === '' ? place : '--recursive'}, then git -C ${place} fetch origin ${commit}`
  throw new SluiceError(
    'invalid-input',
    `The base commit has the submodule ${place} at ${commit.slice(0, 12)}, which is not here. Git says:\n${refusals[0]}\n` +
      `Fetch it: ${cure} (actions/checkout: submodules: recursive and fetch-depth: 0).`,
  )
}

async function unknownReference(reference: string, shallow: boolean): Promise<string> {
  const cure = shallow
    ? 'This is a shallow clone: fetch the history first (actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow).'
    : 'Check the spelling, or fetch it first: git fetch origin.'
  return `git knows no commit "${reference}". ${cure}`
}

function noCommitYet(reference: string): string {
  return `HEAD has no commit yet, so nothing of it can be compared with ${reference}: commit first, or run sluice gate --all.`
}

function missingHistory(reference: string): string {
  return (
    `HEAD and ${reference} have no common commit here: this is a shallow clone, so fetch the history first ` +
    '(actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow).'
  )
}
