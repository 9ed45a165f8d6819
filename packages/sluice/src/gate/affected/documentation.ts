import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { CodePlace, FeaturePart } from './code-files.ts'
import { entryAt } from './file-entry.ts'
import { isLockfile, isManifest } from './packages.ts'

const page = /\.(?:md|mdx|markdown|rst)$/i
const byName = /^(?:README|LICEN[CS]E|CHANGELOG|CHANGES|HISTORY|CONTRIBUTING|CODE_OF_CONDUCT|SECURITY|AUTHORS)(?:\.|$)/i
const folders = new Set(['docs', 'doc'])

/** Names of pages, and of folders, that agents and applications read without any code that names them. */
const readByAgents =
  /^(?:AGENTS?|SKILLS?|CLAUDE|GEMINI|COPILOT-INSTRUCTIONS|MEMORY|SOUL|TOOLS)\b|\.instructions\.|\.prompt\./i
const foldersOfTexts =
  /^(?:prompts?|skills?|agents?|commands?|instructions?|rules|templates?|knowledge|data|corpus|content|memory|\..*)$/i

/** Code that takes whatever it finds, or pages by their ending: then a page may be data. */
const readsAll =
  /readdir|opendir|scandir|listdir|\bglob|rglob|iterdir|os\.walk|DirectoryLoader|DirectoryReader|fdir|ReadDir|WalkDir|\bfind\s+\.|['"`*}]\.(?:md|mdx|markdown|rst)\b/i
const largestText = 1 << 23

/** Whether a file has the name of documentation; `file` is a path with slashes. */
function isNamedAsDocumentation(file: string): boolean {
  const parts = file.split('/')
  const base = parts.at(-1) ?? ''
  const above = parts.slice(0, -1)
  if (readByAgents.test(base) || above.some((folder) => foldersOfTexts.test(folder))) return false
  return byName.test(base) || page.test(base) || above.some((folder) => folders.has(folder.toLowerCase()))
}

/**
 * Tells which files of an application are documentation and decide nothing: README, LICENSE, CHANGELOG and the like,
 * pages of Markdown, and what lies in `docs`. None is, where a file of the application lists folders or names the
 * ending of pages, and not one whose name, or the name of whose folder, is in a file of the application. Paths are
 * relative to the root. The files are only read when there is a candidate.
 */
export function documentationOf(
  parts: readonly FeaturePart[],
  { root, filesBelow }: Pick<CodePlace, 'root' | 'filesBelow'>,
): (file: string) => boolean {
  let texts: string[] | undefined
  const readTexts = () => {
    const files = parts.flatMap((part) => (part.kind === 'folder' ? filesBelow(part.path) : part.path))
    return [...new Set(files)].filter((file) => isRead(root, file)).map((file) => readFileSync(file, 'utf8'))
  }
  let takesAll: boolean | undefined
  return (file) => {
    if (!isNamedAsDocumentation(file)) return false
    texts ??= readTexts()
    takesAll ??= texts.some((text) => readsAll.test(text))
    if (takesAll) return false
    const names = namesOf(file)
    return !texts.some((text) => names.some((name) => text.includes(name)))
  }
}

/** How code may write the name of a file, or of a folder that makes it documentation. */
function namesOf(file: string): string[] {
  const parts = file.split('/')
  const above = parts.slice(0, -1).filter((folder) => folders.has(folder.toLowerCase()))
  return [parts.at(-1) ?? '', ...above.flatMap((folder) => [`${folder}/`, `'${folder}'`, `"${folder}"`])]
}

/** Whether the text of a file may say what else is read. Manifests name pages that are published. */
function isRead(root: string, file: string): boolean {
  const entry = entryAt(file)
  if (!entry?.isFile() || entry.size > largestText) return false
  return (
    !isManifest(file) &&
    !isLockfile(file) &&
    !isNamedAsDocumentation(path.relative(root, file).replaceAll(path.sep, '/'))
  )
}
