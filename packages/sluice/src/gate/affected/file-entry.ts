import { lstatSync, type Stats, statSync } from 'node:fs'

/** What lies at a path, links followed; undefined for nothing. */
export function entryAt(place: string): Stats | undefined {
  return orNothing(() => statSync(place))
}

/** The same without following a link at its end. */
export function linkOrEntryAt(place: string): Stats | undefined {
  return orNothing(() => lstatSync(place))
}

function orNothing(look: () => Stats): Stats | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(?:ENOENT|ENOTDIR|ELOOP|ENAMETOOLONG)$/.test(String(error.code)))
      return undefined
    throw error
  }
}
