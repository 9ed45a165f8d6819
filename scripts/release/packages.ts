import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '../..')

/** A package that is published. Its manifest is the one place of its name and version. */
export interface Package {
  name: string
  version: string
  /** Relative to the repository. */
  folder: string
  /** What npm calls its tarball. */
  tarball: string
  /** The address in the manifest, which npm compares with that of the run that publishes. */
  repository: string | null
}

export interface PackedPackage extends Package {
  /** Where the tarball lies. */
  file: string
  bytes: number
  integrity: string
  /** Relative to the package, with the mode that it will have. */
  contents: { path: string; mode: number }[]
}

/** Both packages, as their manifests are now. */
export function publishedPackages(): Package[] {
  return ['packages/client', 'packages/sluice'].map((folder) => {
    const { name, version, repository } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'))
    const tarball = `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`
    return { name, version, folder, tarball, repository: repository?.url ?? null }
  })
}

/** Packs what was built of both packages into a folder, which is made if needed. */
export function packInto(folder: string): PackedPackage[] {
  mkdirSync(folder, { recursive: true })
  const packages = publishedPackages()
  const folders = packages.map((one) => `./${one.folder}`)
  const printed = execFileSync(
    'npm',
    ['pack', ...folders, '--ignore-scripts', '--json', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const packed: { filename: string; size: number; integrity: string; files: PackedPackage['contents'] }[] =
    JSON.parse(printed)
  return packages.map((one) => {
    const found = packed.find(({ filename }) => filename === one.tarball)
    if (!found) throw new Error(`npm did not pack ${one.tarball}`)
    const { size, integrity, files } = found
    return { ...one, file: path.join(folder, one.tarball), bytes: size, integrity, contents: files }
  })
}
