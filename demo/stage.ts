import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { runCommandLine } from '../packages/sluice/src/cli/program.ts'
import { createMask } from '../packages/sluice/src/masking/mask.ts'

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
  /** Changes a file of the project by hand, commits it and returns the lines that changed, with + and -. */
  edit(file: string, change: (text: string) => string, message: string): string[]
  /** Merges what the present branch has into `main`, and goes on with a branch of this name. */
  startBranch(name: string): void
  /** Goes on from `main` as it is, with a branch of this name. */
  startBranchFromMain(name: string): void
  /** Commits what has changed in the project. */
  commit(message: string): void
  /** Has the files of a branch in place. */
  switchTo(branch: string): void
  /** Runs the command line in the project, in this process: a process for each of 24 commands would take longer. */
  sluice(...args: string[]): Promise<SluiceRun>
  /** Starts a script in the project, which is ended with the stage; `sluice` stands for the built command line. */
  start(script: string, args: string[], env: Record<string, string>): ChildProcess
  /** Sets environment variables for whatever runs from now on. */
  use(variables: Record<string, string>): void
  /** Where the project lies. */
  folder: string
  /** A file of the project. */
  readText(file: string): string
  has(file: string): boolean
  /** Another repository, like this one is now; closed with this one. */
  copy(): Stage
  /** Removes everything. */
  close(): void
}

/** A project of the demo, what is said of its first commit, and the branch on which it is changed. */
interface Origin {
  project: string
  message: string
  branch: string
}

export const emailSummaries: Origin = {
  project: 'email-summary',
  message: 'E-mail summaries, as they are in production',
  branch: 'upgrade',
}

export const supportAgent: Origin = {
  project: 'support-agent',
  message: 'The support agent, as it is in production',
  branch: 'faster',
}

export const handbook: Origin = {
  project: 'handbook',
  message: 'The handbook assistant, as it is in production',
  branch: 'chunking',
}

export const releaseNotes: Origin = {
  project: 'release-notes',
  message: 'The agent for release notes, as it is in use',
  branch: 'shorter',
}

/** @throws when git is missing or Sluice was not built. */
export function openStage({ project, message, branch }: Origin): Stage {
  if (!existsSync(path.join(here, '../packages/sluice/dist/cli.js'))) {
    throw new Error('Sluice is not built yet; run `npm ci` (or `npm run build`) first')
  }
  const stage = stageFrom(path.join(here, project))
  try {
    stage.git('init', '--quiet', '--initial-branch=main')
    stage.commit(message)
    stage.git('switch', '--quiet', '--create', branch)
  } catch (error) {
    stage.close()
    throw error
  }
  return stage
}

/** A stage with the files of a folder. */
function stageFrom(origin: string): Stage & { git(...args: string[]): string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-demo-'))
  cpSync(origin, folder, { recursive: true })
  const env = quietEnvironment()
  const children: ChildProcess[] = []
  const copies: Stage[] = []
  const git = (...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: folder, env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${error?.message ?? stderr}`)
    return stdout
  }
  const commit = (message: string) => {
    git('add', '--all')
    // A repository that lives for seconds needs no upkeep, for which git starts a process after each commit.
    git('-c', 'maintenance.auto=false', 'commit', '--quiet', '--message', message)
  }
  const patchOf = (file: string) =>
    git('show', '--format=', '--unified=0', '--no-color', '--no-ext-diff', 'HEAD', '--', file)
      .split('\n')
      .filter((line) => /^[-+](?![-+]{2} )/.test(line))
  return {
    git,
    commit,
    folder,
    commitPrompt(change, message) {
      cpSync(path.join(here, 'email-summary-changes', change), path.join(folder, promptPath))
      commit(message)
      return patchOf(promptPath)
    },
    edit(file, change, message) {
      const place = path.join(folder, file)
      mkdirSync(path.dirname(place), { recursive: true })
      writeFileSync(place, change(existsSync(place) ? readFileSync(place, 'utf8') : ''))
      commit(message)
      return patchOf(file)
    },
    startBranch(name) {
      const from = git('branch', '--show-current').trim()
      git('switch', '--quiet', 'main')
      git('merge', '--quiet', '--ff-only', from)
      git('switch', '--quiet', '--create', name)
    },
    startBranchFromMain: (name) => void git('switch', '--quiet', '--create', name, 'main'),
    switchTo: (branch) => void git('switch', '--quiet', branch),
    start(script, args, extra) {
      const file = script === 'sluice' ? cli : path.join(here, script)
      const child = spawn(process.execPath, [file, ...args], { cwd: folder, env: { ...env, ...extra } })
      children.push(child)
      return child
    },
    use: (variables) => void Object.assign(env, variables),
    sluice: (...args) => runIn(folder, { ...env }, args),
    readText: (file) => readFileSync(path.join(folder, file), 'utf8'),
    has: (file) => existsSync(path.join(folder, file)),
    copy() {
      const stage = stageFrom(folder)
      copies.push(stage)
      return stage
    },
    close() {
      for (const child of children) child.kill('SIGKILL')
      for (const stage of copies) stage.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** Runs a command as `cli/main` does, but for the process. */
async function runIn(folder: string, env: NodeJS.ProcessEnv, args: string[]): Promise<SluiceRun> {
  const written = { stdout: '', stderr: '' }
  const collect = (name: keyof typeof written) =>
    new Writable({
      decodeStrings: false,
      write(chunk, _, done) {
        written[name] += chunk
        done()
      },
    })
  const signals = new EventEmitter()
  const exitCode = await runCommandLine(args, {
    ...{ stdout: collect('stdout'), stderr: collect('stderr'), env, mask: createMask(), cwd: () => folder },
    ...{ on: signals.on.bind(signals), off: signals.off.bind(signals) },
  })
  return { exitCode, ...written }
}

/** No variable of a git hook, no personal git configuration, no key: the demo behaves the same everywhere. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.endsWith('_API_KEY'))
  const author = { NAME: 'Sluice demo', EMAIL: 'demo@norrwick.example' }
  return {
    NODE_COMPILE_CACHE: path.join(tmpdir(), 'node-compile-cache'),
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: author.NAME,
    GIT_AUTHOR_EMAIL: author.EMAIL,
    GIT_COMMITTER_NAME: author.NAME,
    GIT_COMMITTER_EMAIL: author.EMAIL,
  }
}
