import { stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { diskFiles } from '../../core/suite/project-files.ts'
import { SluiceError } from '../../errors.ts'
import { visibleLine } from '../../text/untrusted.ts'
import type { Host } from '../host.ts'
import { listenForStop } from './interrupt.ts'

/** What one run came to. */
interface WatchedRun {
  exitCode: number
  /** The verdict in one line. */
  line: string
}

export interface WatchOptions {
  /** Calls `reading` with what it is about to read: absolute paths, those of folders with a slash at the end. */
  run(reading: (places: readonly string[]) => Promise<void>): Promise<WatchedRun>
  /** Read again after a run that failed before it knew what it reads. */
  always: readonly string[]
  /** ms between two looks, and for which nothing may change before a run begins. */
  pauseMs?: number
}

/**
 * Runs, and again after each change of a file that the last run has read, with one line for each run. Files are looked
 * up by their names, so one that an editor replaces, or that a link leads to, is seen like any other, on every system.
 * What is written during a run counts as a change after it. Ends with the last exit code at the first Ctrl-C.
 */
export async function watchRuns(
  { run, always, pauseMs = 300 }: WatchOptions,
  host: Pick<Host, 'stdout' | 'stderr' | 'on' | 'off' | 'cwd'>,
): Promise<number> {
  const ended = listenForStop(host)
  let last: number | undefined
  let reads = always
  let changed: readonly string[] = []
  try {
    for (;;) {
      let before = await statesOf(reads)
      const reading = async (places: readonly string[]) => {
        reads = [...new Set([...always, ...places])]
        before = new Map([...(await statesOf(reads)), ...before])
      }
      const finished = await run(reading).catch((error: unknown): WatchedRun => {
        if (!(error instanceof SluiceError)) throw error
        return { exitCode: error.exitCode, line: error.message.split('\n')[0] ?? '' }
      })
      if (ended.signal.aborted) return last ?? finished.exitCode
      last = finished.exitCode
      const cause = changed.length === 0 ? '' : `${named(changed, host.cwd())}: `
      host.stdout.write(`${cause}${visibleLine(finished.line)}\n`)
      changed = await nextChange(before, reads, { pauseMs, signal: ended.signal })
      if (ended.signal.aborted) return last
    }
  } finally {
    ended.dispose()
  }
}

/** Waits for a change against `before`, and then until nothing changes any more: an editor may write several files. */
async function nextChange(
  before: ReadonlyMap<string, string>,
  reads: readonly string[],
  { pauseMs, signal }: { pauseMs: number; signal: AbortSignal },
): Promise<string[]> {
  let known = before
  const changed = new Set<string>()
  for (;;) {
    const now = await statesOf(reads)
    const differing = [...new Set([...known.keys(), ...now.keys()])].filter((file) => known.get(file) !== now.get(file))
    if (differing.length === 0 && changed.size > 0) return [...changed].sort()
    for (const file of differing) changed.add(file)
    known = now
    await wait(pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return []
  }
}

/** What tells two states of a file apart; a file that is not there has none. */
async function statesOf(reads: readonly string[]): Promise<Map<string, string>> {
  const files = await Promise.all(
    reads.map(async (place) => {
      if (!place.endsWith('/')) return [place]
      return (
        await diskFiles(place)
          .list('**/*')
          .catch(() => [])
      ).map((file) => path.join(place, file))
    }),
  )
  const states = await Promise.all(
    [...new Set(files.flat())].map(async (file) => {
      const entry = await stat(file).catch(() => undefined)
      return entry ? [[file, `${entry.ino} ${entry.size} ${entry.mtimeMs}`] as const] : []
    }),
  )
  return new Map(states.flat())
}

const shown = 3

function named(files: readonly string[], cwd: string): string {
  const names = files.slice(0, shown).map((file) => visibleLine(path.relative(cwd, file)))
  return `${names.join(', ')}${files.length > shown ? ` and ${files.length - shown} more` : ''}`
}
