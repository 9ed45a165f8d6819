import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { jsonIn } from '../../json.ts'

export interface ListPlace {
  /** How the list is named to the user. */
  source: string
  /** The folder of the repository; absolute, without links. */
  root: string
  /** The project's folder within it, `''` or ending in a slash. */
  prefix: string
  /** Whether a path, relative to the root, is there now or was there in the base commit. */
  isKnown(file: string): Promise<boolean>
}

/**
 * The paths that a list of changed files names, relative to the root: one a line, from the repository's root or from
 * the project's folder, absolute, quoted as git does it, with slashes of Windows; a JSON array; or several on a line.
 * @throws SluiceError `invalid-input` for each line that names no file of the repository
 */
export async function readChangedList(content: Uint8Array, place: ListPlace): Promise<string[]> {
  const found: string[] = []
  const strange: string[] = []
  for (const line of linesOf(textOf(content))) {
    const files = (await known(line, place)) ?? (await severalOn(line, place))
    if (files) found.push(...files)
    else strange.push(line)
  }
  if (strange.length === 0) return [...new Set(found)].sort()
  const named = strange.slice(0, 5).map((line) => `  ${JSON.stringify(line)}`)
  const more = strange.length > 5 ? `\n  and ${strange.length - 5} more` : ''
  throw new SluiceError(
    'invalid-input',
    `${place.source}: these lines name no file of the repository, neither now nor in the base commit:\n${named.join('\n')}${more}\n` +
      `Write one path per line, from the root of the repository (${place.root}), from the project's folder, or absolute; ` +
      'as plain text, quoted as git does it, or as one JSON array of paths. git diff --name-only writes such a list; statuses and globs are not understood.',
  )
}

/** UTF-8, or the UTF-16 that PowerShell writes. */
function textOf(content: Uint8Array): string {
  const isWide = content[0] === 0xff && content[1] === 0xfe
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(content)
}

function linesOf(text: string): string[] {
  const array = jsonArray(text.trim())
  return (array ?? text.split(/[\n\0]/)).map((line) => line.trim()).filter((line) => line !== '')
}

function jsonArray(text: string): string[] | undefined {
  // A name may begin with a bracket too.
  const value = text.startsWith('[') ? jsonIn(text) : undefined
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}

/** A name may be meant from the root and from the project's folder; where both exist, both count. */
async function known(line: string, { root, prefix, isKnown }: ListPlace): Promise<string[] | undefined> {
  for (const name of spellings(line)) {
    const places = path.isAbsolute(name)
      ? [name, withoutLinks(name)].map((each) => path.relative(root, each).replaceAll(path.sep, '/'))
      : [path.posix.normalize(name), path.posix.join(prefix, name)]
    const inside = places
      .map((file) => file.replace(/\/$/, ''))
      .filter((file) => file !== '.' && !file.startsWith('..'))
    const found: string[] = []
    for (const file of new Set(inside)) if (await isKnown(file)) found.push(file)
    if (found.length > 0) return found
  }
  return undefined
}

/** The place of a file whose folder is reached by links; of a folder that is gone as much as is there. */
function withoutLinks(name: string): string {
  const folder = path.dirname(name)
  if (folder === name) return name
  return path.join(existsSync(folder) ? realpathSync(folder) : withoutLinks(folder), path.basename(name))
}

function spellings(line: string): string[] {
  const plain = /^(["']).*\1$/s.test(line) ? [line, unquoted(line)] : [line]
  return plain.flatMap((name) => (name.includes('\\') ? [name, name.replaceAll('\\', '/')] : [name]))
}

const escapes: Record<string, string> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }

/** Takes off quotes as git writes them: octal digits are bytes of UTF-8. */
function unquoted(line: string): string {
  const inner = line.slice(1, -1)
  if (line.startsWith("'")) return inner
  const bytes: Buffer[] = []
  for (const [, octal, letter, other] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8) & 0xff]))
    else bytes.push(Buffer.from(letter === undefined ? (other ?? '') : (escapes[letter] ?? letter)))
  }
  return Buffer.concat(bytes).toString('utf8')
}

/** Separated by spaces or commas, and each of them a file that exists: then nothing else can be meant. */
async function severalOn(line: string, place: ListPlace): Promise<string[] | undefined> {
  for (const separated of [/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g, /"(?:[^"\\]|\\.)*"|[^,]+/g]) {
    const words = (line.match(separated) ?? []).map((word) => word.trim())
    if (words.length < 2) continue
    const found = await Promise.all(words.map((word) => known(word, place)))
    if (found.every((files) => files !== undefined)) return found.flat()
  }
  return undefined
}
