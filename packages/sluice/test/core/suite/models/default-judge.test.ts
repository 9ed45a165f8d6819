import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createPrices } from '../../../../src/core/providers/prices.ts'
import { defaultJudge, judgeParameters } from '../../../../src/core/suite/models/default-judge.ts'
import { parseModelId } from '../../../../src/core/suite/models/model.ts'
import { pinnedForm } from '../../../../src/core/suite/models/pinned-models.ts'
import { retirementTable } from '../../../../src/core/suite/models/retirement-table.ts'
import { modelEnd } from '../../../../src/core/suite/models/retirements.ts'
import { modelsFor } from '../../../../src/gate/init/models.ts'

const repository = path.join(import.meta.dirname, '../../../../../..')
const read = (file: string) => readFileSync(path.join(repository, file), 'utf8')

/** The day of the newest release, or, before the first one, the newest day of the table. */
function releaseDay(): string {
  const released = /^## \[?v?\d\S*\]?.*?(20\d{2}-\d{2}-\d{2})/m.exec(read('CHANGELOG.md'))?.[1]
  return released ?? retirementTable.map((page) => page.read).reduce((newest, day) => (day > newest ? day : newest))
}

const recommended = () => [
  defaultJudge.model,
  ...['anthropic', 'openai', 'google'].map((provider) => modelsFor({ provider }).model),
]

test('the default judge has a promise that outlives the release, a pinned id and a price', () => {
  const end = modelEnd(defaultJudge.model, { providers: {} })
  assert.equal(end?.kind, 'not-sooner-than')
  assert.ok((end?.date ?? '') > releaseDay(), `promised until ${end?.date}, released on ${releaseDay()}`)
  assert.equal(pinnedForm('anthropic', parseModelId(defaultJudge.model)?.model ?? ''), undefined)
  const prices = createPrices({})
  const usage = { inputTokens: 1e6, outputTokens: 0 }
  assert.equal(prices.costUsd(defaultJudge.model, { ...usage, inputTokens: 1e5 }), 0.01)
  assert.equal(prices.costUsd(defaultJudge.model, usage), 0.5)
})

test('no model that init writes ends before the release', () => {
  for (const model of recommended()) {
    const end = modelEnd(model, { providers: {} })
    assert.ok(end === undefined || end.date > releaseDay(), `${model} ends ${end?.date}`)
  }
})

test('the default judge is asked in its own way, wherever it judges, beneath what a file sets', () => {
  assert.deepEqual(judgeParameters(defaultJudge.model), { temperature: null, reasoningEffort: 'none' })
  assert.deepEqual(judgeParameters(defaultJudge.model, { reasoningEffort: 'low', maxTokens: 9 }), {
    temperature: null,
    reasoningEffort: 'low',
    maxTokens: 9,
  })
  assert.deepEqual(judgeParameters('local:judge'), {})
})

const examples = /\b(?:anthropic|openai|google)[:/]((?:claude|gpt|gemini|o\d)[\w.@-]+)/g

test('the source names the default judge in one place, and no page or template names a model that has ended', () => {
  const name = parseModelId(defaultJudge.model)?.model ?? ''
  const files = (folder: string, ending: RegExp) =>
    readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => ending.test(file))
      .map((file) => path.posix.join(folder, file))
  const source = files('packages/sluice/src', /\.ts$/).filter((file) => read(file).includes(name))
  assert.deepEqual(source.map((file) => path.basename(file)).sort(), [
    'default-judge.ts',
    'price-supplement.ts',
    'retirement-table.ts',
  ])
  const pages = ['README.md', ...files('docs', /\.md$/), ...files('packages/sluice/templates', /\.(?:ya?ml|jsonl)$/)]
  const subject = new Set(['docs/upgrade.md', 'docs/reference/providers.md'])
  const ended = pages
    .filter((page) => !subject.has(page))
    .flatMap((page) =>
      [...read(page).matchAll(examples)].flatMap(([written]) => {
        const end = modelEnd(written, { providers: {} })
        return end && end.date <= releaseDay() ? [`${page}: ${written} ended ${end.date}`] : []
      }),
    )
  assert.deepEqual(ended, [])
})
