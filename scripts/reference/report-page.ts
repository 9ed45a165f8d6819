import { reportJsonSchema, reportSchema } from '../../packages/sluice/src/records/report/report.ts'
import { prose, row } from './key-table.ts'
import { type Key, keysOf } from './keys.ts'
import { reportSample } from './report-sample.ts'
import { valueWords } from './value-words.ts'

const introduction = `\`\`\`sh
sluice gate --report-dir report
jq -r '.features[] | select(.verdict == "fail") | .reasons[0].message' report/report.json
\`\`\`

What \`sluice eval\`, \`gate\`, \`compare\` and \`nightly\` write with \`--report-dir\`, and print with \`--json\`. What is unknown
is \`null\`, never 0. Later releases may add keys; a change of what a key means has another \`schema\`. Scores are from 0 to
1, money is USD, times are milliseconds. The examples are those of [one report](#the-whole-example) with every key in
it; a real one has those of its command. \`sluice schema report\` prints the same as a JSON Schema.`

/** The keys of a report, with those within them. */
export function reportKeys(): Key[] {
  return keysOf(reportJsonSchema())
}

/** The values at a path of the example: of each entry of a list on the way. */
export function valuesAt(path: string): unknown[] {
  return path.split('.').reduce<unknown[]>(
    (values, part) =>
      values.flatMap((value) => {
        const inner = (value as Record<string, unknown> | null)?.[part.replace('[]', '')]
        return inner === undefined ? [] : part.endsWith('[]') ? (inner as unknown[]) : [inner]
      }),
    [reportSample],
  )
}

/** The page of report.json: a table for each part, and an example with every key. */
export function reportPage(): string {
  const keys = reportKeys()
  const parts = [...new Set(keys.map(partOf))]
  const sections = parts.flatMap((part) => {
    const inner = keys.filter((key) => partOf(key) === part)
    const own = keys.find(({ path }) => path === part.replace(/\[\]$/, ''))
    return [
      part === '' ? '## The run' : `## ${part}`,
      ...(own === undefined ? [] : [`${prose(own.meaning)}${own.isRequired ? '' : ' The key may be absent.'}`]),
      tableOf(inner),
    ]
  })
  return [
    '# report.json',
    introduction,
    ...sections,
    '## The whole example',
    `\`\`\`json\n${JSON.stringify(reportSchema.parse(reportSample), undefined, 1)}\n\`\`\``,
    'Next: the same report as text, Markdown, HTML and JUnit: [reports](../reports.md).',
  ].join('\n\n')
}

/** The part of a report whose table has a key: the run, a feature, or an object of theirs. */
function partOf({ path }: Key): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function tableOf(keys: readonly Key[]): string {
  const rows = keys.map((key) => {
    const value = `${valueWords(key.schema)}${key.isRequired ? '' : '; may be absent'}`
    return row([`\`${key.path}\``, value, prose(key.meaning), exampleOf(key)])
  })
  return [row(['key', 'value', 'meaning', 'example']), row(Array(4).fill('---')), ...rows].join('\n')
}

const longest = 90

function exampleOf({ path }: Key): string {
  const [value] = valuesAt(path)
  const text = JSON.stringify(value)
  if (text.length <= longest) return `\`${text}\``
  return Array.isArray(value) ? '`[...]`' : typeof value === 'object' ? '`{...}`' : `\`${text}\``
}
