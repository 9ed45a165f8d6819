import { exampleBlock, keyTable, prose, standardOf } from './key-table.ts'
import { type JsonSchema, type Key, keysOf } from './keys.ts'
import { valueWords } from './value-words.ts'

interface FilePage {
  title: string
  introduction: string
  schema: JsonSchema
  /** The name of the file in the comments of examples. */
  file: string
  /** The kind of `sluice schema`. */
  kind: string
  /** What the example of a key looks like in its file. */
  example?: (name: string, value: unknown) => unknown
  /** Keys whose inner keys stand on another page, with the sentence that leads there. */
  elsewhere?: Record<string, string>
  /** Where a guide tells more of a key, in Markdown. */
  guides?: Record<string, string>
  next: string
}

/** The page of one kind of YAML file: a section for each key at its top, with an example and the keys within it. */
export function filePage(page: FilePage): string {
  const { title, introduction, schema, kind, elsewhere = {}, next } = page
  const isOpen = (path: string) => !Object.hasOwn(elsewhere, path)
  const keys = keysOf(schema, '', isOpen)
  const tops = keys.filter(({ path, name }) => path === name)
  return [
    `# ${title}`,
    introduction,
    `Every key on this page: ${tops.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}.`,
    `\`sluice schema ${kind}\` prints the same as a JSON Schema, for editors.`,
    ...tops.flatMap((key) => section(key, keys, page)),
    next,
  ].join('\n\n')
}

function section(
  key: Key,
  keys: readonly Key[],
  { file, elsewhere = {}, guides = {}, example: inFile = plain }: FilePage,
) {
  const inner = keys.filter(({ path }) => path !== key.path && new RegExp(`^${key.path}[.[]`).test(path))
  const [example] = key.examples
  return [
    `## ${key.name}`,
    prose(key.meaning),
    `Value: ${valueWords(key.schema)}. ${sentence(key)}`,
    exampleBlock(file, inFile(key.name, example)),
    ...(elsewhere[key.path] === undefined ? [] : [elsewhere[key.path] ?? '']),
    ...(inner.length === 0 ? [] : [keyTable(inner)]),
    ...(guides[key.name] === undefined ? [] : [`Guide: ${guides[key.name]}.`]),
  ]
}

function plain(name: string, value: unknown): unknown {
  return { [name]: value }
}

function sentence(key: Key): string {
  const standard = standardOf(key)
  if (standard === '**required**') return 'Required.'
  if (standard === 'those of its keys') return 'Optional; its keys have defaults.'
  return standard === 'none' ? 'Optional.' : `Default: ${standard}.`
}
