import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SluiceError } from '../errors.ts'

const run = promisify(execFile)

/** The repository that a project lies in, seen from the project's folder: every path is relative to that folder. */
export interface Git {
  head(): Promise<string | undefined>
  /** The commit that a reference names. @throws SluiceError `invalid-input` when there is none. */
  resolve(reference: string): Promise<string>
  /** Where this branch left `reference`, or the default branch. @throws SluiceError `invalid-input` with the way out. */
  mergeBase(reference?: string): Promise<string>
  /** Files that differ between `commit` and the working tree, untracked ones included. */
  changedSince(commit: string): Promise<string[]>
  /** Files of `commit` below the project's folder. */
  list(commit: string): Promise<string[]>
  read(commit: string, path: string): Promise<Uint8Array>
  /** The project's folder within the repository, `''` or ending in a slash. */
  prefix: string
}

/** Opens the repository around `folder`; undefined when there is none. */
export async function openGit(folder: string, env: NodeJS.ProcessEnv): Promise<Git | undefined> {
  const bytes = async (...args: string[]): Promise<Buffer> => {
    const { stdout } = await run('git', args, { cwd: folder, encoding: 'buffer', maxBuffer: 1 << 30, env })
    return stdout
  }
  const text = async (...args: string[]) => (await bytes(...args)).toString('utf8').trimEnd()
  const tryText = (...args: string[]) => text(...args).catch(() => undefined)
  const paths = async (...args: string[]) => (await bytes(...args)).toString('utf8').split('\0').filter(Boolean)

  const prefix = await tryText('rev-parse', '--show-prefix')
  if (prefix === undefined) return undefined

  const commitOf = (reference: string) =>
    tryText('rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`)
  const isShallow = async () => (await tryText('rev-parse', '--is-shallow-repository')) === 'true'
  const resolve = async (reference: string) => {
    const commit = await commitOf(reference)
    if (commit) return commit
    throw new SluiceError('invalid-input', await unknownReference(reference, await isShallow()))
  }
  return {
    prefix,
    head: () => commitOf('HEAD'),
    resolve,
    async mergeBase(reference) {
      const other = reference ?? (await defaultBranch(commitOf, env))
      const commit = await resolve(other)
      const base = await tryText('merge-base', 'HEAD', commit)
      if (base) return base
      throw new SluiceError('invalid-input', noCommonCommit(other, await isShallow()))
    },
    async changedSince(commit) {
      const [tracked, untracked] = await Promise.all([
        paths('diff', '--name-only', '--no-renames', '--relative', '-z', commit, '--', '.'),
        paths('ls-files', '--others', '--exclude-standard', '-z'),
      ])
      return [...tracked, ...untracked].sort()
    },
    list: (commit) => paths('ls-tree', '-r', '--name-only', '-z', commit),
    read: (commit, path) => bytes('cat-file', 'blob', `${commit}:./${path}`),
  }
}

/** The branch that pull requests go to: what CI says, what the remote says, else the usual names. */
async function defaultBranch(
  commitOf: (reference: string) => Promise<string | undefined>,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const target = env.GITHUB_BASE_REF || env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME
  const candidates = target
    ? [`origin/${target}`, target]
    : ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']
  for (const candidate of candidates) if (await commitOf(candidate)) return candidate
  throw new SluiceError(
    'invalid-input',
    `no branch to compare with: none of ${candidates.join(', ')} exists here. Name one with --base, fetch it first ` +
      '(actions/checkout: fetch-depth: 0), or run sluice gate --all to judge against the threshold alone.',
  )
}

async function unknownReference(reference: string, shallow: boolean): Promise<string> {
  const cure = shallow
    ? 'This is a shallow clone: fetch the history first (actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow).'
    : 'Check the spelling, or fetch it first: git fetch origin.'
  return `git knows no commit "${reference}". ${cure}`
}

function noCommonCommit(reference: string, shallow: boolean): string {
  const cure = shallow
    ? 'this is a shallow clone, so fetch the history first (actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow).'
    : 'the histories are unrelated; name another base with --base.'
  return `HEAD and ${reference} have no common commit here: ${cure}`
}
