import { stringify } from 'yaml'
import type { Key } from './keys.ts'
import { inline, valueWords } from './value-words.ts'

/** A table with one row for each key. `written` is how an example stands in the file, a line of YAML by default. */
export function keyTable(keys: readonly Key[], written: (value: object) => string = inline): string {
  const rows = keys.map((key) =>
    row([`\`${key.path}\``, valueWords(key.schema), standardOf(key), prose(key.meaning), exampleOf(key, written)]),
  )
  return [row(['key', 'value', 'default', 'meaning', 'example']), row(Array(5).fill('---')), ...rows].join('\n')
}

/** A row of a Markdown table. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|')
}

/** Parts of a description that are code, which Markdown and the site's templates would take for something else. */
const literal = /\$+\{\w*\}?|\{\{[^}]*\}\}|\{[^}]*\}|<[^>]+>[^\s,;)]*|(?<![`\w])(?:\w+_\w+|--\w+|#\w+|\w+\[\d+\])/g

/** A description of a schema as Markdown. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(literal, '`$&`')))
    .join('')
}

/** The default of a key: `required`, a value, words, or that there is none. */
export function standardOf({ isRequired, standard, schema }: Key): string {
  if (standard !== undefined) return /^[^ ]*$|^\[.*\]$/.test(standard) ? `\`${standard}\`` : prose(standard)
  if (isRequired) return '**required**'
  const inner = Object.values(schema.properties ?? {})
  return inner.some(({ description }) => description?.includes('(default')) ? 'those of its keys' : 'none'
}

function exampleOf({ name, examples }: Key, written: (value: object) => string): string {
  return examples
    .slice(0, 2)
    .map((example) => `\`${written({ [name]: example }).slice(1, -1)}\``)
    .join(' or ')
}

/** A block of YAML below a comment with the name of the file. */
export function exampleBlock(file: string, value: unknown): string {
  return ['```yaml', `# ${file}`, stringify(value, { lineWidth: 0 }).trimEnd(), '```'].join('\n')
}
