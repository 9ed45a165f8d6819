import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'

/** The entry of the file system at a path, with links followed; undefined where there is none. */
export function entryAt(place: string): Stats | undefined {
  return orNothing(() => statSync(place))
}

/** The entry at a path. Where a symbolic link is at its end, it is that of the link, not of what the link leads to. */
export function linkOrEntryAt(place: string): Stats | undefined {
  return orNothing(() => lstatSync(place))
}

/** Where a path leads with its links followed; what does not exist is taken as it is written. */
export function realOf(place: string): string {
  return entryAt(place) ? realpathSync(place) : place
}

function orNothing(readStats: () => Stats): Stats | undefined {
  try {
    return readStats()
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(?:ENOENT|ENOTDIR|ELOOP|ENAMETOOLONG)$/.test(String(error.code)))
      return undefined
    throw error
  }
}
