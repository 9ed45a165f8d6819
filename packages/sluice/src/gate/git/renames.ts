import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { GitError, gitIn } from './git-process.ts'

/** A file by its path and content. */
export interface Content {
  path: string
  bytes: Uint8Array
}

/**
 * Which files of `after` are renamed ones of `before`, by git's own detection: at least half of the content is the
 * same. New path -> old path. It is asked about copies, so that it does not matter what is committed yet, and where.
 */
export async function renamesBetween(
  before: readonly Content[],
  after: readonly Content[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, string>> {
  if (before.length === 0 || after.length === 0) return new Map()
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-renames-'))
  try {
    await Promise.all([write(path.join(folder, 'before'), before), write(path.join(folder, 'after'), after)])
    const found = new Map<string, string>()
    const [...records] = await comparison(folder, env)
    while (records.length > 2) {
      const [, from = '', to = ''] = records.splice(0, 3)
      const old = before[indexOf(from)]
      const now = after[indexOf(to)]
      if (old && now) found.set(now.path, old.path)
    }
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Named by number: git prefers files of the same name, and of names alone nothing is to be concluded. */
async function write(folder: string, files: readonly Content[]): Promise<void> {
  await mkdir(folder)
  await Promise.all(
    files.map(({ bytes }, index) => writeFile(path.join(folder, `${path.basename(folder)}-${index}`), bytes)),
  )
}

function indexOf(file: string): number {
  return Number(/-(\d+)$/.exec(file)?.[1])
}

async function comparison(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const options = [
    '--no-index',
    '--no-ext-diff',
    '--no-textconv',
    '--name-status',
    '--find-renames',
    '-l0',
    '--diff-filter=R',
    '-z',
  ]
  try {
    return await gitIn(folder, env).records('diff', ...options, 'before', 'after')
  } catch (error) {
    if (!(error instanceof GitError && error.isNo)) throw error
    return error.stdout.toString('utf8').split('\0').filter(Boolean)
  }
}
