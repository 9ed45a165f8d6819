import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { FeaturePart } from './code-files.ts'
import { realOf } from './file-entry.ts'
import { isWithin } from './packages.ts'

/** Folders of caches and of installed packages, whose content the lockfiles tell. */
const skipped = new Set([
  ...['node_modules', '.git', '.sluice', 'sluice-report', '.venv', 'venv', '__pycache__', '.cache', '.pytest_cache'],
  ...['.mypy_cache', '.ruff_cache', '.turbo', '.nx', 'coverage', '.nyc_output', '.idea', '.vscode'],
])
const mostFiles = 5000
const largestContent = 1 << 22

/**
 * What git ignores in the folders of an application, e.g. what was built there: by content, large files and `.env`
 * files by size and time of change, so that no value of theirs can be guessed from a hash. Undefined for more than
 * 5,000 files. `ignored` are paths relative to the root, folders with a slash at the end.
 */
export async function ignoredFingerprint(
  ignored: readonly string[],
  root: string,
  parts: readonly FeaturePart[],
): Promise<string[] | undefined> {
  const folders = parts.filter(({ kind }) => kind === 'folder').map((part) => realOf(part.path))
  const prints: string[] = []
  const waiting = ignored.map((place) => path.join(root, place))
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const isRead = folders.some((folder) => isWithin(place, folder) || isWithin(folder, place))
    if (!isRead || skipped.has(path.basename(place)) || /\.(?:py[co]|log)$|\.DS_Store$/.test(place)) continue
    const entry = await stat(place).catch(() => undefined)
    if (entry?.isDirectory()) {
      for (const name of await readdir(place)) waiting.push(path.join(place, name))
    } else if (entry?.isFile() && folders.some((folder) => isWithin(place, folder))) {
      const isOpaque = entry.size > largestContent || /^\.env/.test(path.basename(place))
      const print = isOpaque ? `${entry.size} ${entry.mtimeMs}` : hashOf(await readFile(place))
      prints.push(`${path.relative(root, place)} ${print}`)
    }
    if (prints.length > mostFiles) return undefined
  }
  return prints.sort()
}

/** What package managers note of what they installed. */
const notes = ['.package-lock.json', '.pnpm/lock.yaml', '.yarn-state.yml']

/** The packages that an application finds, as far as one of its files imports them, and what was installed above it. */
export async function installedFingerprint(parts: readonly FeaturePart[], from: string): Promise<string[]> {
  const manifests = parts.filter(({ kind }) => kind === 'packages').map((part) => path.join(part.path, 'package.json'))
  const installed: string[] = []
  for (let folder = from; ; folder = path.dirname(folder)) {
    installed.push(...notes.map((note) => path.join(folder, 'node_modules', note)))
    if (folder === path.dirname(folder)) break
  }
  const contents = await Promise.all(
    [...manifests, ...installed].map((file) => readFile(file).then(hashOf, () => undefined)),
  )
  return contents.filter((hash) => hash !== undefined).sort()
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
