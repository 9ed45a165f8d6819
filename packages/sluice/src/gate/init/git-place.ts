import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { openGit } from '../git/git.ts'
import { gitIn } from '../git/git-process.ts'

/** What git knows of the folder of a new project. */
export interface GitPlace {
  /** The root of the repository; undefined where there is none. */
  root: string | undefined
  /** From there to the project, `''` or ending in a slash. */
  prefix: string
  hasCommits: boolean
  /** False where the project has remotes, none of them on GitHub, and no `.github` folder. */
  mayBeOnGithub: boolean
  /** Git is there and will not answer: its own words. */
  refusal?: string
}

/** Looks around `folder`, which need not exist yet. */
export async function gitPlace(folder: string, env: NodeJS.ProcessEnv): Promise<GitPlace> {
  const existing = nearestFolder(folder)
  try {
    const git = await openGit(existing, env)
    if (!git) return { root: undefined, prefix: '', hasCommits: false, mayBeOnGithub: true }
    const below = path.relative(existing, folder).split(path.sep).join('/')
    const addresses = await gitIn(git.root, env).tryText('config', '--get-regexp', String.raw`^remote\..*\.url$`)
    return {
      root: git.root,
      prefix: git.prefix + (below === '' ? '' : `${below}/`),
      hasCommits: (await git.head()) !== undefined,
      mayBeOnGithub:
        !addresses?.trim() ||
        /\bgithub\b/i.test(addresses) ||
        [folder, git.root].some((each) => existsSync(path.join(each, '.github'))),
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { root: undefined, prefix: '', hasCommits: false, mayBeOnGithub: true, refusal: error.message }
  }
}

function nearestFolder(folder: string): string {
  for (let each = folder; ; each = path.dirname(each)) {
    if (statSync(each, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(each)
    if (each === path.dirname(each)) return each
  }
}

/** What git needs before the gate can compare, one command a line. Baselines are read from commits. */
export function gitSteps(place: GitPlace, { paths, feature }: { paths: readonly string[]; feature: string }): string {
  if (place.refusal !== undefined)
    return `\nGit will not answer, and baselines come from git:\n${indent(place.refusal)}`
  const names = [...new Set(paths.map((file) => file.split('/')[0] ?? file))].sort()
  const add = place.root !== undefined && place.hasCommits ? `git add ${names.map(quoted).join(' ')}` : 'git add .'
  const why =
    place.root === undefined
      ? 'There is no git repository, and baselines come from git:'
      : place.hasCommits
        ? 'The gate compares with what is committed:'
        : 'Nothing is committed yet, and baselines come from commits:'
  const commands = [...(place.root === undefined ? ['git init'] : []), add, `git commit -m "Gate ${feature}"`]
  return `\n${why}\n${indent(commands.join('\n'))}`
}

/** What has to be done for workflows that GitHub would not find. */
export function movedWorkflows({ prefix }: GitPlace): string {
  if (prefix === '') return ''
  const folder = prefix.slice(0, -1)
  return `\nGitHub reads .github/ at the root of the repository only: move it there, and set working-directory: ${folder}\n`
}

const quoted = (name: string) => (/^[\w.@-]+$/.test(name) ? name : `"${name}"`)

const indent = (text: string) => text.replace(/^/gm, '  ').concat('\n')
