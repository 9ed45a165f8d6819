import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'

/** Runs git in one folder. Rejects with GitError where git says no. */
export interface RunGit {
  bytes(...args: string[]): Promise<Buffer>
  /** The output without the newline at its end. */
  text(...args: string[]): Promise<string>
  /** What `text` gives; undefined where git answers no. */
  tryText(...args: string[]): Promise<string | undefined>
  /** The parts of an output that `-z` ends with NUL. */
  records(...args: string[]): Promise<string[]>
  /** With text on stdin. */
  feed(input: string, ...args: string[]): Promise<Buffer>
}

/** A git that failed, in its own words, with the command that mends it. */
export class GitError extends SluiceError {
  override readonly name = 'GitError'
  /** Git's own words; of a git that could not be started those of the system. */
  readonly gitOutput: string
  /** It ended with 1, which is how git answers no, or that there are differences. */
  readonly isNo: boolean
  readonly stdout: Buffer

  constructor(folder: string, cause: ExecFileException, { stdout, stderr }: { stdout: Buffer; stderr: Buffer }) {
    const isMissing = cause.code === 'ENOENT'
    const output = isMissing ? 'git: no such program on the PATH' : stderr.toString('utf8').trim() || cause.message
    super(
      'invalid-input',
      `${folder}: git cannot be asked here. It says:\n${output}\n${cureOf(output, isMissing, folder)}`,
      { cause },
    )
    this.gitOutput = output
    this.isNo = cause.code === 1
    this.stdout = stdout
  }
}

/** Settings of a user that would change what a question means, or let a change go unnoticed. */
const fixedSettings = [
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.checkStat=default',
  'core.trustctime=true',
  'diff.relative=false',
].flatMap((setting) => ['-c', setting])

/**
 * The variables by which git tells a hook which repository it works on. The question here is about the folder, whatever
 * hook or script it is asked from.
 */
const ofTheCaller = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIFF_OPTS',
  'GIT_DIR',
  'GIT_EXTERNAL_DIFF',
  'GIT_GLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_NAMESPACE',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_WORK_TREE',
]

const largestOutput = 1 << 30

/** Git for one folder. `before` are options ahead of every command, such as --git-dir. */
export function gitIn(folder: string, env: NodeJS.ProcessEnv, before: readonly string[] = []): RunGit {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !ofTheCaller.includes(name)))
  const options = {
    cwd: folder,
    encoding: 'buffer' as const,
    maxBuffer: largestOutput,
    env: {
      ...kept,
      LC_ALL: 'C',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_PAGER: '',
    },
  }
  const run = (args: readonly string[], input?: string) =>
    new Promise<Buffer>((resolve, reject) => {
      const all = [...fixedSettings, ...before, ...args]
      const child = execFile('git', all, options, (error, stdout, stderr) => {
        if (error) reject(new GitError(folder, error, { stdout, stderr }))
        else resolve(stdout)
      })
      // A git that ends before it has read everything says so by its exit code.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
  const bytes = (...args: string[]) => run(args)
  const text = async (...args: string[]) => (await run(args)).toString('utf8').trimEnd()
  return {
    bytes,
    text,
    async tryText(...args) {
      try {
        return await text(...args)
      } catch (error) {
        if (error instanceof GitError && error.isNo) return undefined
        throw error
      }
    },
    records: async (...args) => (await run(args)).toString('utf8').split('\0').filter(Boolean),
    feed: (input, ...args) => run(args, input),
  }
}

function cureOf(gitOutput: string, isMissing: boolean, folder: string): string {
  if (isMissing)
    return 'Install git, or put it on the PATH: without it nothing tells what changed, nor what the baseline is.'
  const unsafe = /safe\.directory (\S+)$/m.exec(gitOutput)?.[1] ?? folder
  if (/dubious ownership|safe\.directory/.test(gitOutput)) {
    return `Tell git that this checkout may be trusted: git config --global --add safe.directory ${unsafe}`
  }
  if (/filesystem boundary|up to mount point/.test(gitOutput)) {
    return 'The repository begins beyond a mount point; let git look there: export GIT_DISCOVERY_ACROSS_FILESYSTEM=1'
  }
  if (/permission denied/i.test(gitOutput)) return `Let this user read the repository: chown -R "$(id -u)" ${folder}`
  return 'The repository seems to be damaged: git fsck names what is broken; a fresh clone mends it.'
}

/** Whether a repository begins at `folder` or above it, as far up as git would look. */
export function isInRepository(folder: string, env: NodeJS.ProcessEnv): boolean {
  const start = realpathSync(folder)
  const ceilings = (env.GIT_CEILING_DIRECTORIES ?? '').split(path.delimiter).filter((each) => each !== '')
  const beyond = new Set(ceilings.map((each) => (existsSync(each) ? realpathSync(each) : path.resolve(each))))
  for (let each = start; ; each = path.dirname(each)) {
    if (each !== start && beyond.has(each)) return false
    if (existsSync(path.join(each, '.git'))) return true
    if (each === path.dirname(each)) return false
  }
}
