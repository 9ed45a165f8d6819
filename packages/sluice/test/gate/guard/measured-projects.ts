import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf, chooseSuite } from '../../../src/core/suite/prompt/suites.ts'
import { measureChanges, type ProjectMeasure } from '../../../src/gate/guard/measure-changes.ts'
import type { MeasureChange } from '../../../src/records/report/report.ts'
import { type Contents, load, memoryFiles, root } from '../../support/memory-files.ts'

export const config = `sluice: 1
judge: {model: "j:strict"}
embedding: {model: "j:vectors"}
gate: {threshold: 0.8}
providers:
  j: {kind: openai-compatible, baseURL: "http://ann:secret@127.0.0.1:1/v1?key=1"}
  recorded: {kind: replay, files: r.jsonl}
prices: {"j:*": {input: 1, output: 2}}
`

export const prompt = `sluice: 1
name: mail
model: j:m
messages: [{role: user, content: "{{v}}"}]
suites: {fast: ../evals/mail.yaml}
checks:
  - {contains: yes}
  - {maxWords: 100, must: true}
  - {module: ../polite.ts}
rubric:
  - {id: right, ask: Is it right?, weight: 3, must: true}
  - {id: kind, ask: Is it kind?}
`

export const suite = Array.from({ length: 10 }, (_, i) =>
  JSON.stringify({
    id: `c${i}`,
    vars: { v: `mail ${i}` },
    expected: `yes ${i}`,
    tags: [i < 5 ? 'core' : 'edge'],
    critical: i === 0,
    ...(i === 1 && { checks: [{ contains: 'Ann' }] }),
    ...(i === 2 && { cluster: 'one' }),
  }),
)

export const files: Contents = {
  'sluice.yaml': config,
  'prompts/mail.prompt.yml': prompt,
  'evals/mail.yaml': `[${suite.join(',\n')}]`,
  'polite.ts': 'export default () => true',
  'r.jsonl': '{"case":"c0","model":"m","output":"yes"}\n',
}

/** What a change of some files does to the measure; `code` are modules whose code differs. */
export async function changesOf(
  after: Contents,
  before: Contents = files,
  code: string[] = [],
): Promise<MeasureChange[]> {
  const [base, now] = [await measureIn(before), await measureIn({ ...before, ...after })]
  return measureChanges({
    base,
    now,
    origin: ({ feature }) => base.prompts.find((other) => other.feature === feature),
    chosen: (each) => chooseSuite(each, undefined),
    unchanged: () => false,
    changedCode: () => code,
  })
}

async function measureIn(contents: Contents): Promise<ProjectMeasure> {
  const { config: settings, prompts } = await load(contents)
  const files = memoryFiles(contents)
  return { config: settings, prompts, files, cases: (each, name) => casesOf(files, each, name, { root }) }
}

/** One line for each: `!` marks a weakening. */
export function lines(changes: readonly MeasureChange[]): string[] {
  return changes.map(({ weakening, feature, what, before, after }) => {
    return `${weakening ? '! ' : ''}${feature ?? '*'} ${what}: ${before} -> ${after}`
  })
}

export const inConfig = (from: string, to: string): Contents => ({ 'sluice.yaml': replaced(config, from, to) })
export const inPrompt = (from: string, to: string): Contents => ({
  'prompts/mail.prompt.yml': replaced(prompt, from, to),
})
export const inSuite = (change: (rows: string[]) => string[]): Contents => ({
  'evals/mail.yaml': `[${change([...suite]).join(',')}]`,
})
export const inCase = (index: number, from: string, to: string) =>
  inSuite((rows) => rows.map((row, i) => (i === index ? replaced(row, from, to) : row)))

export function replaced(text: string, from: string, to: string): string {
  assert.ok(text.includes(from), from)
  return text.replace(from, () => to)
}

/** One test for each change of the files: what it is called, and the lines that name it. */
export function testChanges(all: readonly [what: string, change: Contents, expected: string[]][]): void {
  for (const [what, change, expected] of all) {
    test(what, async () => {
      assert.deepEqual(lines(await changesOf(change)), expected)
    })
  }
}
