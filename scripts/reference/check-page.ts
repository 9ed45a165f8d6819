import { compileCheck } from '../../packages/sluice/src/core/scorers/checks/check.ts'
import type { Case } from '../../packages/sluice/src/core/suite/cases/case.ts'
import { checkSchema } from '../../packages/sluice/src/core/suite/checks/check-entry.ts'
import { readTrace } from '../../packages/sluice/src/core/trajectory/read-trace.ts'
import { checkParts, type DemonstratedAnswer } from './check-demonstrations.ts'
import { caseKeys } from './file-pages.ts'
import { keyTable, prose, row } from './key-table.ts'
import type { Key } from './keys.ts'
import { inline, valueWords } from './value-words.ts'

const introduction = `\`\`\`yaml
checks:
  - {contains: invoice 1182}
  - {maxWords: 180, weight: 2}
  - {notMatches: "as an AI", must: true}
\`\`\`

\`checks\` stand in a [prompt file](prompt.md#checks), for every case, or in a [case](cases.md#checks). Each entry has
exactly one of the types below, and perhaps options. Its score is from 0 to 1; what the case makes of it, and what the
judge adds: [the score of a case](../checks.md#the-score-of-a-case). The scores on this page are computed when it is
written.`

/** The page of check types: each with its value, its opposite, and answers with their scores. */
export async function checkPage(): Promise<string> {
  const keys = caseKeys().filter(({ path }) => path.startsWith('checks[].'))
  const entries = keys.filter(({ path, name }) => path === `checks[].${name}`)
  const types = entries.filter(({ name }) => Object.hasOwn(checkParts, name))
  const opposites = new Map(
    entries.flatMap(({ name, meaning }) => {
      const base = /^The opposite of (\w+)\.$/.exec(meaning)?.[1]
      return base === undefined ? [] : [[base, name] as const]
    }),
  )
  const options = entries.filter(
    ({ name, meaning }) => !Object.hasOwn(checkParts, name) && !meaning.startsWith('The opposite'),
  )
  const index = types.map(({ name, meaning }) =>
    row([
      `[\`${name}\`](#${name.toLowerCase()})`,
      opposites.has(name) ? `\`${opposites.get(name)}\`` : '',
      prose(meaning),
    ]),
  )
  const sections = await Promise.all(types.map((type) => section(type, keys, opposites.get(type.name))))
  return [
    '# Checks',
    introduction,
    [row(['check', 'opposite', 'meaning']), row(['---', '---', '---']), ...index].join('\n'),
    '## Options of every check',
    keyTable(options),
    ...sections,
    'Next: [questions to the judge](prompt.md#rubric), for what no check can tell.',
  ].join('\n\n')
}

async function section(type: Key, keys: readonly Key[], opposite: string | undefined): Promise<string> {
  const { detail, demonstrations } = checkParts[type.name as keyof typeof checkParts]
  const inner = keys.filter(({ path }) => path.startsWith(`checks[].${type.name}.`))
  const examples = demonstrations.map(({ check }) => {
    checkSchema.parse(check)
    return `  - ${inline(check)}`
  })
  const results = await Promise.all(
    demonstrations.flatMap(({ check, answers }) => answers.map((answer) => resultRow(check, answer))),
  )
  return [
    `## ${type.name}`,
    `${prose(type.meaning)} ${detail}`,
    `Value: ${valueWords(type.schema)}.${opposite === undefined ? '' : ` Opposite: \`${opposite}\`.`}`,
    ['```yaml', 'checks:', ...examples, '```'].join('\n'),
    ...(results.length === 0
      ? []
      : [[row(['check', 'output', 'score', 'reason']), row(['---', '---', '---', '---']), ...results].join('\n')]),
    ...(inner.length === 0 ? [] : [keyTable(inner)]),
  ].join('\n\n')
}

async function resultRow(check: Record<string, unknown>, answer: string | DemonstratedAnswer): Promise<string> {
  const {
    output,
    vars = {},
    expected,
    toolCalls,
    state,
    ...measured
  } = typeof answer === 'string' ? { output: answer } : answer
  const testCase: Case = {
    id: 'a',
    vars,
    ...(expected !== undefined && { expected }),
    ...{ checks: [], rubric: [], tags: [], weight: 1, critical: false, line: 1 },
  }
  const report = { ...(toolCalls && { toolCalls }), ...(state !== undefined && { state }) }
  const trace = readTrace(report)
  const subject = { case: testCase, output, ...measured, ...(trace && { trace }) }
  const { score, reason } = await compileCheck(checkSchema.parse(check)).run(subject)
  const given = Object.entries({ ...measured, ...(expected !== undefined && { expected }), ...vars })
  const shown = [
    ...(trace ? [] : [`\`${output}\``]),
    ...given.map(([name, value]) => `${name} ${String(value)}`),
    ...Object.entries(report).map(([name, value]) => `${name} \`${inline(value)}\``),
  ].join(', ')
  return row([`\`${inline(check)}\``, shown, String(score), reason.includes('`') ? reason : `\`${reason}\``])
}
