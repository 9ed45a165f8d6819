import { existsSync } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { gitIn, isInRepository } from './git-process.ts'

/** The store's folder, then what it is read from; each of them may be a link to another place. */
const places = ['.sluice', '.sluice/sluice.db', '.sluice/sluice.db-wal', '.sluice/runs']

/**
 * Refuses a store of answers that came with the checkout: whoever writes a change could write the answers and the
 * judge's opinion of them, and no model would be asked. Links are followed, also into a submodule. Where nothing is at
 * the project's `.sluice`, or no git repository holds it, there is nothing to refuse.
 * @throws SluiceError `invalid-input` with the command that mends it, or with git's own words where git fails.
 */
export async function refuseTrackedStore(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const asked: string[] = []
  const isAsked = (file: string) =>
    asked.some((place) => file.startsWith(place + path.sep) && !existsSync(path.join(place, '.git')))
  for (const place of places) {
    const named = path.join(root, place)
    if (!(await isThere(named))) continue
    const real = await realpath(named).catch(() => named)
    for (const file of new Set([named, real])) {
      const at = path.join(await realpath(path.dirname(file)), path.basename(file))
      if (isAsked(at)) continue
      asked.push(at)
      const tracked = await trackedAt(at, env)
      if (tracked !== undefined) throw refusal(place, file, root, tracked)
    }
  }
}

/** The first file that git tracks at or below a path, relative to the path's folder, which is reached by no link. */
async function trackedAt(file: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folder = path.dirname(file)
  // Without a repository there is no need of git, which may not even be installed.
  if (!isInRepository(folder, env)) return undefined
  const [first] = await gitIn(folder, env).records('ls-files', '-z', '--', `:(literal)${path.basename(file)}`)
  return first
}

function refusal(place: string, file: string, root: string, tracked: string): SluiceError {
  const name = path.relative(root, file)
  const link = name === place ? '' : ` (a link to ${name})`
  return new SluiceError(
    'invalid-input',
    `${place}${link} is part of the git repository: ${tracked}. Answers that come with a change would be believed where the models ` +
      `should be asked. Take them out: git rm -r --cached ${name}, and add .sluice/ to .gitignore.`,
  )
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  )
}
