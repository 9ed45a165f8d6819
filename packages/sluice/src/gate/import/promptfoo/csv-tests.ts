import { readRecords } from '../../../core/suite/cases/csv.ts'
import { setOwn } from '../../../json.ts'
import type { Data } from '../file-data.ts'
import { faulty } from '../rows/read-rows.ts'

/** The tests of a CSV file, as objects of a configuration. @throws InvalidFilesError with the place of a fault */
export async function csvTests(text: string, file: string): Promise<Data[]> {
  const tests: Data[] = []
  let header: string[] | undefined
  const delimiter = (line: string) =>
    file.endsWith('.tsv') ? '\t' : (/[,;\t]/.exec(line.replaceAll(/"[^"]*"/g, ''))?.[0] ?? ',')
  for await (const records of readRecords(linesOf(text), delimiter)) {
    for (const record of records) {
      if ('fault' in record) throw faulty(file, record.fault, record.fault.message)
      const cells = record.fields.map((field) => field.text)
      if (header === undefined) header = cells.map((name) => name.trim())
      else {
        if (cells.length > header.length) {
          throw faulty(
            file,
            record.fields[header.length] ?? { line: 1, column: 1 },
            `${cells.length} fields where the header has ${header.length}`,
          )
        }
        tests.push(testOf(header, cells))
      }
    }
  }
  return tests
}

async function* linesOf(text: string) {
  yield text.split('\n').map((line, index) => ({ line: index + 1, text: line }))
}

/** The columns with a meaning, read in the order of the header; every other column is a variable. */
function testOf(header: readonly string[], cells: readonly string[]): Data {
  const vars: Data = {}
  const asserts: { column: string; assertion: Data }[] = []
  const options: Data = {}
  const metadata: Data = {}
  const test: Data = {}
  const settings: [column: string, key: string, text: string][] = []
  for (const [index, name] of header.entries()) {
    const text = cells[index] ?? ''
    const [, column = '', key = ''] =
      /^__(expected\d*|description|prefix|suffix|metric|threshold|providerOutput|metadata|config)(?::(.+))?$/.exec(
        name,
      ) ?? []
    if (column === '') setOwn(vars, name, text)
    else if (text.trim() === '') continue
    else if (column.startsWith('expected')) asserts.push({ column: name, assertion: assertionOf(text) })
    else if (column === 'prefix' || column === 'suffix') options[column] = text
    else if (column === 'threshold') test.threshold = Number.parseFloat(text) || undefined
    else if (column === 'metadata')
      setOwn(metadata, key.replace(/\[\]$/, ''), key.endsWith('[]') ? text.split(',').map((part) => part.trim()) : text)
    else if (column === 'config') settings.push([key.split(':')[0] ?? '', key.split(':')[1] ?? '', text])
    else test[column] = text
  }
  for (const [column, key, text] of settings) {
    for (const each of asserts) {
      const isMeant = column === each.column || (column === '__expected' && each.column === '__expected1')
      if (isMeant && key === 'threshold') each.assertion.threshold = Number.parseFloat(text)
    }
  }
  const { metric, ...rest } = test
  return {
    ...rest,
    vars,
    assert: asserts.map(({ assertion }) => (metric === undefined ? assertion : { ...assertion, metric })),
    ...(Object.keys(options).length > 0 && { options }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

/** Types that the short form gives a threshold, and how high it is where none is written. */
const withThreshold =
  /^(?:answer-relevance|classifier|context-faithfulness|context-recall|context-relevance|cost|latency|levenshtein|perplexity|perplexity-score|rouge-n|similar|starts-with)$/

/** An assertion in its short form: `type(threshold):value`; a text without a type means equals. */
export function assertionOf(expected: string): Data {
  const code = /^(?:javascript|fn|eval):([\s\S]*)$/.exec(expected)
  if (code !== null) return { type: 'javascript', value: code[1]?.trim() }
  const rubric = /^(?:grade|llm-rubric):([\s\S]*)$/.exec(expected)
  if (rubric !== null) return { type: 'llm-rubric', value: rubric[1] }
  const python = /^python:([\s\S]*)$/.exec(expected)
  if (python !== null) return { type: 'python', value: python[1]?.trim() }
  const file = /^file:\/\/.+\.(py|[cm]?[jt]s)(?::\w+)?$/.exec(expected)
  if (file !== null) return { type: file[1] === 'py' ? 'python' : 'javascript', value: expected }
  const [, not = '', type = '', threshold, value] =
    /^(not-)?([a-z][a-z0-9-]*)(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?$/.exec(expected) ?? []
  if (!isKnownType(type)) return { type: 'equals', value: expected }
  const given = threshold === undefined ? undefined : Number.parseFloat(threshold)
  const least = withThreshold.test(type) ? given || (type === 'similar' ? 0.8 : 0.75) : given
  const isList = /^i?contains-(?:all|any)$/.test(type)
  return {
    type: `${not}${type}`,
    value: isList ? (value ?? '').split(',').map((part) => part.trim()) : (value ?? ''),
    ...(least !== undefined && { threshold: least }),
  }
}

const knownTypes = new Set(
  `answer-relevance bleu classifier contains contains-all contains-any contains-html contains-json contains-sql
  contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals factuality
  finish-reason g-eval gleu guardrails icontains icontains-all icontains-any is-html is-json is-refusal is-sql
  is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein
  llm-rubric meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex
  rouge-n ruby search-rubric select-best similar starts-with webhook word-count`.split(/\s+/),
)

function isKnownType(type: string): boolean {
  return knownTypes.has(type)
}
