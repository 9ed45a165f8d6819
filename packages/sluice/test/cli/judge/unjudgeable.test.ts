import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Report } from '../../../src/records/report/report.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const head = 'model: local/m\nmessages: [{role: user, content: "Rate: {{v}}"}]\n'
const cases = 'testData: [{v: one}, {v: two}]\n'
const evaluators = 'evaluators: [{name: p, string: {contains: polite}}]\n'

function project(url: string, prompts: Record<string, string>) {
  const files = Object.entries(prompts).map(([name, text]) => [`prompts/${name}.prompt.yml`, head + text])
  const made = createProject({
    'sluice.yaml': `providers: {local: {kind: openai-compatible, baseURL: "${url}"}}\nprices: {"local:*": {input: 0, output: 0}}\ngate: {threshold: 0.5, repeats: [1]}\n`,
    ...Object.fromEntries(files),
  })
  commitAll(made, 'base')
  return made
}

/** What the report says of features that were not judged; the guard has findings of its own. */
const setAside = ({ findings }: Report) => findings.filter(({ code }) => code === 'not-judged')

test('features with nothing to be judged by are told apart before anything is paid, and stop no other', async () => {
  await using model = await fakeModel(() => 'polite')
  using made = project(model.url, { good: cases + evaluators, 'no-cases': evaluators, unscored: cases })
  const { code, report, stderr } = await judged(made, ['gate', '--all'])
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    report.features.map(({ feature }) => feature),
    ['good'],
  )
  assert.equal(model.requests.length, 2)
  const found = setAside(report).map(({ code, severity, feature }) => [code, severity, feature])
  assert.deepEqual(found, [
    ['not-judged', 'warning', 'no-cases'],
    ['not-judged', 'warning', 'unscored'],
  ])
  assert.match(stderr, /^no-cases: not judged: .* has no cases/m)
  assert.match(stderr, /^unscored: not judged: nothing scores the cases of prompts\/unscored\.prompt\.yml/m)
})

test('a run that could judge nothing of what was affected is never green', async () => {
  await using model = await fakeModel(() => 'polite')
  using made = project(model.url, { good: cases + evaluators, bare: '' })
  made.git('checkout', '-qb', 'change')
  made.write({ 'prompts/bare.prompt.yml': head.replace('Rate', 'Judge') })
  const { code, report } = await judged(made, ['gate'])
  assert.deepEqual([code, report.verdict, report.exitCode, report.features.length], [3, 'inconclusive', 3, 0])
  assert.equal(model.requests.length, 0)
})

test('a feature that loses its cases fails', async () => {
  await using model = await fakeModel(() => 'polite')
  for (const left of [evaluators, cases]) {
    using made = project(model.url, { good: cases + evaluators, other: cases + evaluators })
    made.git('checkout', '-qb', 'change')
    made.write({
      'prompts/good.prompt.yml': head.replace('Rate', 'Judge') + cases + evaluators,
      'prompts/other.prompt.yml': head + left,
    })
    const { code, report } = await judged(made, ['gate'])
    assert.deepEqual([code, report.verdict], [3, 'fail'])
    assert.equal((await made.sluice(['gate', '--allow-removed'])).code, 0)
    assert.equal((await made.sluice(['gate', '--allow-removed'])).code, 0)
    assert.deepEqual(
      setAside(report).map(({ severity, feature }) => [severity, feature]),
      [['error', 'other']],
    )
  }
})

test('a feature that is named is refused before anything is asked', async () => {
  await using model = await fakeModel(() => 'polite')
  using made = project(model.url, { 'no-cases': evaluators, unscored: cases })
  for (const name of ['no-cases', 'unscored']) {
    for (const args of [
      ['eval', name],
      ['compare', name, '--baseline', 'HEAD'],
    ]) {
      const { code, stderr } = await made.sluice(args)
      assert.equal(code, 3, stderr)
      assert.match(stderr, /has no cases|nothing scores the cases/)
    }
  }
  assert.equal(model.requests.length, 0)
})

test('the nightly leaves them out, and refuses to run with nothing else', async () => {
  await using model = await fakeModel(() => 'polite')
  using made = project(model.url, { good: cases + evaluators, 'no-cases': evaluators })
  const { report } = await judged(made, ['nightly'])
  assert.deepEqual([report.features.length, report.findings[0]?.feature], [1, 'no-cases'])
  made.git('rm', '-q', 'prompts/good.prompt.yml')
  const { code, stderr } = await made.sluice(['nightly'])
  assert.equal(code, 3)
  assert.match(stderr, /there is nothing to run: no-cases: Not judged/)
})

const suiteOf = (name: string) =>
  `sluice: 1\n${head.replace('/', ':')}suites: {fast: ../evals/${name}.yaml}\nchecks: [{contains: polite}]\n`

test('a suite that is empty, unreadable or gone fails its feature and stops no other', async () => {
  await using model = await fakeModel(() => 'polite')
  using made = project(model.url, { good: cases + evaluators })
  made.write({
    'prompts/other.prompt.yml': suiteOf('other'),
    'prompts/early.prompt.yml': suiteOf('early'),
    'evals/other.yaml': '- {id: a, vars: {v: one}}\n',
    'evals/early.yaml': '[]\n',
  })
  commitAll(made, 'suites')
  assert.equal((await made.sluice(['eval', 'good'])).code, 0)
  made.git('checkout', '-qb', 'change')
  made.write({ 'prompts/good.prompt.yml': head.replace('Rate', 'Judge') + cases + evaluators })
  for (const [text, fault] of [
    ['[]\n', /evals\/other\.yaml:1:1: holds no cases/],
    ['x: [\n', /evals\/other\.yaml:\d:\d: not valid YAML/],
    [undefined, /suites\.fast: there is no file evals\/other\.yaml/],
  ] as const) {
    if (text === undefined) rmSync(path.join(made.root, 'evals/other.yaml'))
    else made.write({ 'evals/other.yaml': text })
    const { code, report, stderr } = await judged(made, ['gate', '--allow-removed'])
    assert.deepEqual([code, report.verdict, report.features.map(({ feature }) => feature)], [3, 'fail', ['good']])
    assert.match(stderr, fault)
    const found = setAside(report).map(({ severity, feature }) => [severity, feature])
    assert.deepEqual(found, [
      ['error', 'other'],
      ['warning', 'early'],
    ])
  }
  made.git('checkout', '-q', '--', 'prompts')
  const { code, stderr, stdout } = await made.sluice(['gate', '--base', 'main'])
  assert.deepEqual([code, stdout], [3, ''])
  assert.match(stderr, /there is no file evals\/other\.yaml/)
})
