import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { isWithin } from '../affected/packages.ts'

/**
 * Names of installed packages, as a module in `folder` finds them, that are links to code of the repository itself: the
 * packages of a workspace.
 */
export function linkedPackages(folder: string, repository: string): string[] {
  const found = new Set<string>()
  const root = realpathSync(repository)
  for (let each = folder; isWithin(each, repository); each = path.dirname(each)) {
    for (const name of installedIn(path.join(each, 'node_modules'))) {
      const place = path.join(each, 'node_modules', name)
      if (isLink(place) && isOwnCode(place, root)) found.add(name)
    }
    if (each === repository) break
  }
  return [...found].sort()
}

/** Whether packages, or one of this name, are installed in the folder or above it, up to a root. */
export function hasPackages(folder: string, root: string, name = ''): boolean {
  for (let each = folder; isWithin(each, root); each = path.dirname(each)) {
    if (existsSync(path.join(each, 'node_modules', name))) return true
    if (each === root) break
  }
  return false
}

function installedIn(folder: string): string[] {
  return entriesOf(folder).flatMap((name) =>
    name.startsWith('@') ? entriesOf(path.join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  )
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isLink(place: string): boolean {
  return lstatSync(place).isSymbolicLink()
}

/** A link that leads nowhere is none; stores of pnpm lie in a node_modules. */
function isOwnCode(place: string, root: string): boolean {
  try {
    const real = realpathSync(place)
    return isWithin(real, root) && !path.relative(root, real).split(path.sep).includes('node_modules')
  } catch {
    return false
  }
}
