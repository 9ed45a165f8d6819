import { gitIn } from './git-process.ts'

/** When each line of a file was last changed, in ms since the epoch; null for a line that is not committed. */
export type LineDates = (number | null)[]

/**
 * Asks git who changed each line last, in the working tree. Undefined where git does not know: the file is not tracked,
 * or the clone is shallow, in which every older line seems to be of the day of its oldest commit.
 */
export async function lineDates(folder: string, file: string, env: NodeJS.ProcessEnv): Promise<LineDates | undefined> {
  const git = gitIn(folder, env)
  if ((await git.text('rev-parse', '--is-shallow-repository')) === 'true') return undefined
  const isTracked = await git.tryText('ls-files', '--error-unmatch', '--', file)
  if (isTracked === undefined || isTracked === '') return undefined
  const output = (await git.bytes('blame', '--porcelain', '--', file)).toString('utf8')
  const times = new Map<string, number>()
  const dates: LineDates = []
  let commit = ''
  for (const line of output.split('\n')) {
    const [, hash] = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line) ?? []
    if (hash !== undefined && !line.startsWith('\t')) commit = hash
    else if (line.startsWith('author-time ')) times.set(commit, 1000 * Number(line.slice('author-time '.length)))
    else if (line.startsWith('\t')) dates.push(/^0+$/.test(commit) ? null : (times.get(commit) ?? null))
  }
  return dates
}
