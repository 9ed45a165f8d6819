import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import manifest from '../../package.json' with { type: 'json' }
import { jsonIn } from '../json.ts'
import { templatesFolder } from '../templates-folder.ts'
import { isWithin } from './affected/packages.ts'

const { name, version } = manifest

/**
 * Installs this Sluice in a project. No registry has it yet, so its tarball is committed with the project: a link to a
 * checkout elsewhere is there on one machine, and dangles in CI.
 */
const installCommand = `npm install --save-dev ./vendor/${name}-${version}.tgz`

/**
 * The commands that install a Sluice whose tarball is not in the project yet: it is made of the Sluice that runs. One
 * command after the other, each as every shell takes it, those of Windows included.
 */
export function vendorCommands(): string[] {
  const folder = shellWord(path.dirname(templatesFolder()))
  return ['mkdir vendor', `npm pack --pack-destination vendor ${folder}`, installCommand]
}

/** A path as a shell reads it back. On Windows no path holds a double quote. */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w./-]+$/.test(text)) return text
  return platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** How a package.json names Sluice. */
export interface Installation {
  /** Absolute. */
  file: string
  /** The specifier as npm writes it: a range, or `file:` and a path. */
  specifier: string
  /** Whether a clone of the repository can install that: a path that leads out of the repository it cannot. */
  isInClone: boolean
}

/** Looks from a folder up to the root of its repository; undefined where no package.json names Sluice. */
export function installationIn(folder: string): Installation | undefined {
  const repository = repositoryAround(folder)
  for (let at = folder; isWithin(at, repository); at = path.dirname(at)) {
    const file = path.join(at, 'package.json')
    const specifier = existsSync(file) ? specifierIn(readFileSync(file, 'utf8')) : undefined
    if (specifier !== undefined) {
      const place = /^(?:(?:file|link|portal):|(?=[./]))(.*)$/.exec(specifier)?.[1]
      return { file, specifier, isInClone: place === undefined || isWithin(path.resolve(at, place), repository) }
    }
  }
  return undefined
}

function repositoryAround(folder: string): string {
  for (let at = folder; path.dirname(at) !== at; at = path.dirname(at)) if (existsSync(path.join(at, '.git'))) return at
  return folder
}

/** Of each section of a package.json what is read here: a part that npm would not take names nothing. */
const section = z.record(z.string(), z.unknown()).catch({})
const packageSchema = z.object({
  dependencies: section,
  devDependencies: section,
  optionalDependencies: section,
})

/** A package.json that cannot be read is npm's to complain about. */
function specifierIn(text: string): string | undefined {
  const { data } = packageSchema.safeParse(jsonIn(text))
  return [data?.dependencies, data?.devDependencies, data?.optionalDependencies]
    .map((each) => each?.[name])
    .find((specifier) => typeof specifier === 'string')
}
