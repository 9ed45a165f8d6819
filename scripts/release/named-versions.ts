import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { publishedPackages, root } from './packages.ts'

/** Where people and programs read how Sluice is installed. What tests and recordings hold is data of some version. */
const places = [
  '*.md',
  'action.yml',
  'docs/**/*.md',
  'packages/*/{README.md,package.json}',
  'packages/*/{bin,src,templates}/**/*.{ts,cjs,yml,yaml}',
  'deploy/**/*',
  '{scripts,demo,examples}/**/*.{ts,md}',
]
const unread = /^CHANGELOG\.md$|(^|\/)node_modules\/|^scripts\/record-databases\//

const version = String.raw`\d+\.\d+\.\d+(?:-[\w.]+)?`
/** Each names a version in its second group, after what it belongs to. */
const forms = [
  new RegExp(String.raw`(\bsluice-(?:client-)?)(${version})(?=\.tgz)`, 'g'),
  new RegExp(`(@sluice/client[ @])(${version})`, 'g'),
  new RegExp(String.raw`(\bsluice[@:])(${version})`, 'g'),
  new RegExp(`("@sluice/client": ")(${version})`, 'g'),
]
const ownVersion = new RegExp(`(^  "version": ")(${version})`, 'gm')
const chartVersion = new RegExp(`(^(?:appVersion|version): "?)(${version})`, 'gm')

export interface NamedVersion {
  file: string
  line: number
  text: string
  version: string
}

function formsOf(file: string): RegExp[] {
  if (/^packages\/\w+\/package\.json$/.test(file)) return [...forms, ownVersion]
  return path.basename(file) === 'Chart.yaml' ? [...forms, chartVersion] : forms
}

function filesRead(): string[] {
  return globSync(places, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !unread.test(file))
}

/** Every place that names a version of one of the packages. */
export function namedVersions(): NamedVersion[] {
  return filesRead().flatMap((file) => versionsIn(file, readFileSync(path.join(root, file), 'utf8')))
}

export function versionsIn(file: string, text: string): NamedVersion[] {
  return formsOf(file).flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      file,
      line: text.slice(0, match.index).split('\n').length,
      text: match[0],
      version: match[2] ?? '',
    })),
  )
}

/** The places whose version is not that of the manifests. */
export function strayVersions(): NamedVersion[] {
  const [one] = publishedPackages()
  return namedVersions().filter((named) => named.version !== one?.version)
}

const byName = /\bnpm (?:i|install|add)\b[^\n`|]*?\s(@sluice\/client|sluice)(?:@[^\s`]+)?(?=[\s`.,;]|$)/

/** Lines that install a package by a name that no registry has. */
export function installsByName(): string[] {
  return filesRead().flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (byName.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
}

/** Writes a version wherever one is named: manifests, lockfile, pages, texts, chart. Returns the files that changed. */
export function writeVersion(next: string): string[] {
  const changed = filesRead().filter((file) => {
    const place = path.join(root, file)
    const before = readFileSync(place, 'utf8')
    const after = formsOf(file).reduce((text, form) => text.replaceAll(form, `$1${next}`), before)
    if (after !== before) writeFileSync(place, after)
    return after !== before
  })
  const lock = path.join(root, 'package-lock.json')
  const { packages, ...rest } = JSON.parse(readFileSync(lock, 'utf8'))
  for (const { folder } of publishedPackages()) packages[folder].version = next
  packages['packages/sluice'].devDependencies['@sluice/client'] = next
  writeFileSync(lock, `${JSON.stringify({ ...rest, packages }, undefined, 2)}\n`)
  return [...changed, 'package-lock.json']
}
