import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const here = import.meta.dirname
const cli = path.join(here, '../packages/sluice/bin/sluice.cjs')
const promptPath = 'prompts/email-summary.prompt.yml'

export interface SluiceRun {
  exitCode: number
  stdout: string
  stderr: string
}

/** A temporary git repository with the demo's project in it, as a team would have it. */
export interface Stage {
  /** Puts a changed prompt in place, commits it to the branch and returns the lines that changed, with + and -. */
  commitPrompt(change: string, message: string): string[]
  /** Merges what the present branch has into `main`, and goes on with a branch of this name. */
  startBranch(name: string): void
  /** Commits what has changed in the project. */
  commit(message: string): void
  /** Has the files of a branch in place. */
  switchTo(branch: string): void
  /** Runs the built command-line tool in the project. */
  sluice(...args: string[]): SluiceRun
  /** Starts a script in the project, which is ended with the stage; `sluice` stands for the command-line tool. */
  start(script: string, args: string[], env: Record<string, string>): ChildProcess
  /** Sets environment variables for whatever runs from now on. */
  use(variables: Record<string, string>): void
  /** A file of the project. */
  readText(file: string): string
  /** Removes everything. */
  close(): void
}

/** @throws when git is missing or Sluice was not built. */
export function openStage(): Stage {
  if (!existsSync(path.join(here, '../packages/sluice/dist/cli.js'))) {
    throw new Error('Sluice is not built yet; run `npm ci` (or `npm run build`) first')
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-demo-'))
  const env = quietEnvironment()
  const git = (...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: folder, env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${args[0]} failed: ${error?.message ?? stderr}`)
    return stdout
  }
  const commit = (message: string) => {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }
  const children: ChildProcess[] = []
  const close = () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    cpSync(path.join(here, 'email-summary'), folder, { recursive: true })
    git('init', '--quiet', '--initial-branch=main')
    commit('E-mail summaries, as they are in production')
    git('switch', '--quiet', '--create', 'upgrade')
  } catch (error) {
    close()
    throw error
  }
  return {
    commitPrompt(change, message) {
      cpSync(path.join(here, 'email-summary-changes', change), path.join(folder, promptPath))
      commit(message)
      const patch = git('show', '--format=', '--unified=0', '--no-color', '--no-ext-diff', 'HEAD', '--', promptPath)
      return patch.split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line))
    },
    startBranch(name) {
      const from = git('branch', '--show-current').trim()
      git('switch', '--quiet', 'main')
      git('merge', '--quiet', '--ff-only', from)
      git('switch', '--quiet', '--create', name)
    },
    commit,
    switchTo: (branch) => void git('switch', '--quiet', branch),
    start(script, args, extra) {
      const file = script === 'sluice' ? cli : path.join(here, script)
      const child = spawn(process.execPath, [file, ...args], { cwd: folder, env: { ...env, ...extra } })
      children.push(child)
      return child
    },
    use: (variables) => void Object.assign(env, variables),
    sluice(...args) {
      const options = { cwd: folder, env, encoding: 'utf8', maxBuffer: 64 << 20 } as const
      const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, ...args], options)
      if (error) throw error
      return { exitCode: status ?? -1, stdout, stderr }
    },
    readText: (file) => readFileSync(path.join(folder, file), 'utf8'),
    close,
  }
}

/** No variable of a git hook, no personal git configuration, no key: the demo behaves the same everywhere. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.endsWith('_API_KEY'))
  const author = { NAME: 'Sluice demo', EMAIL: 'demo@norrwick.example' }
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: author.NAME,
    GIT_AUTHOR_EMAIL: author.EMAIL,
    GIT_COMMITTER_NAME: author.NAME,
    GIT_COMMITTER_EMAIL: author.EMAIL,
  }
}
