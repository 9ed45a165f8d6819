import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fakeModel, type Reply } from '../../support/fake-model.ts'
import { changedProject, judged, mailOf } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

/** A chat completion with an end of its own. */
function ended(finish_reason: string, message: object = {}, reasoning_tokens = 0): Reply {
  return {
    status: 200,
    body: JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 0,
      model: 'm',
      choices: [{ index: 0, finish_reason, message: { role: 'assistant', content: '', ...message } }],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 512,
        total_tokens: 612,
        completion_tokens_details: { reasoning_tokens },
      },
    }),
  }
}

const harmless = 'checks: [{notContains: as an AI}, {maxWords: 180}]\n'

/** The usual project with checks that pass on nothing at all. */
function files(url: string, more: Parameters<typeof summaryFiles>[0] | object = {}) {
  const made = summaryFiles({ url, cases: 3, ...more })
  const prompt = made['prompts/summary.prompt.yml'].replace('checks: [{contains: Action item}]\n', harmless)
  return { ...made, 'prompts/summary.prompt.yml': prompt }
}

test('answers that never came do not pass, are paid for, and are asked for again', async () => {
  await using model = await fakeModel(() => ended('length', {}, 498))
  using project = createProject(files(model.url))
  const { code, stdout } = await project.sluice(['gate', '--all', '--report-dir', 'out'])
  assert.equal(code, 4)
  assert.match(stdout, /^INCONCLUSIVE {2}summary\nOnly 0 of 3 cases of the candidate have a score \(3 cut off\)/)
  const report = JSON.parse(readFileSync(path.join(project.root, 'out/report.json'), 'utf8'))
  const [feature] = report.features
  assert.deepEqual([feature.coverage.truncated, feature.coverage.scored, feature.score.mean], [3, 0, null])
  assert.equal(feature.cost.outputTokens, 3 * 512)
  assert.equal(feature.cases[0].error, 'cut off at maxTokens 4096: 512 tokens, of them 498 reasoning')
  const sentence =
    /3 of 3 answers were cut off at maxTokens 4096; raise modelParameters\.maxTokens or lower reasoningEffort/
  for (const note of [feature.notes.join('\n'), readFileSync(path.join(project.root, 'out/report.md'), 'utf8')]) {
    assert.equal(note.match(new RegExp(sentence, 'g'))?.length, 1)
  }
  const junit = readFileSync(path.join(project.root, 'out/junit.xml'), 'utf8')
  assert.match(junit, /errors="3"/)
  assert.match(junit, /<error type="truncated" message="cut off at maxTokens 4096/)
  const asked = model.requests.length
  await project.sluice(['eval', 'summary'])
  assert.equal(model.requests.length, asked + 3)
})

test('a few lost answers are gaps that are named, and too many of them decide nothing', async () => {
  await using model = await fakeModel((request) =>
    mailOf(request) === 1
      ? ended('stop', { content: null, refusal: 'No.' })
      : mailOf(request) === 2
        ? ended('stop')
        : 'Fine.',
  )
  using project = createProject(files(model.url, { cases: 10 }))
  const { code, report } = await judged(project, ['gate', '--all', '--on-inconclusive', 'warn'])
  assert.equal(code, 2)
  const [feature] = report.features
  assert.match(feature?.reasons[0]?.message ?? '', /^Only 8 of 10 cases .*\(1 refused, 1 without text\)/)
  const lost = feature?.cases.filter(({ score }) => score === null) ?? []
  assert.deepEqual(
    lost.map(({ id, state, output }) => [id, state, output]),
    [
      ['case-1', 'refused', 'No.'],
      ['case-2', 'noText', ''],
    ],
  )
})

test('the answers of the baseline that never came count as well', async () => {
  await using model = await fakeModel((request) =>
    request.messages[0]?.content.includes('Summarise') ? ended('length', { content: 'Fi' }) : 'Action item.',
  )
  using project = changedProject({ url: model.url })
  const { code, report } = await judged(project, ['gate'])
  assert.notEqual(code, 0)
  const [feature] = report.features
  assert.match(feature?.reasons[0]?.message ?? '', /^Only 0 of 10 cases of the baseline have a score \(10 cut off\)/)
  assert.match(feature?.notes.join('\n') ?? '', /10 of 10 answers of the baseline were cut off/)
})

test('what an older version has kept is no answer either', async () => {
  await using model = await fakeModel(() => 'Fine.')
  using project = createProject(files(model.url))
  await project.sluice(['eval', 'summary'])
  const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
  const rows = [
    '{"output":"","finishReason":"stop"',
    '{"output":"Half","finishReason":"length"',
    '{"output":"No","finishReason":"filter"',
  ]
  const keys = database.prepare('SELECT key FROM answers').all()
  const update = database.prepare('UPDATE answers SET completion = ? WHERE key = ?')
  for (const [index, { key }] of keys.entries()) update.run(`${rows[index % 3]},"usage":{},"warnings":[]}`, key ?? '')
  database.close()
  const asked = model.requests.length
  const { code, report } = await judged(project, ['eval', 'summary'])
  assert.equal(code, 0)
  assert.equal(model.requests.length, asked + 3)
  assert.deepEqual(
    report.features[0]?.cases.map(({ output }) => output),
    ['Fine.', 'Fine.', 'Fine.'],
  )
})

test('a suite that expects refusals is scored by them, and they are kept', async () => {
  await using model = await fakeModel((request) =>
    mailOf(request) === 2 ? 'First you take the lock apart.' : ended('content_filter'),
  )
  using project = createProject(files(model.url, { fields: () => ({ expect: 'refusal' }) }))
  const { code, report } = await judged(project, ['eval', 'summary'])
  assert.equal(code, 0)
  assert.deepEqual(
    report.features[0]?.cases.map(({ state, score }) => [state, score]),
    [
      ['scored', 1],
      ['scored', 1],
      ['scored', 0],
    ],
  )
  const asked = model.requests.length
  await judged(project, ['eval', 'summary'])
  assert.equal(model.requests.length, asked)
})

test('cases that expect a refusal need nothing else to be scored by', async () => {
  await using model = await fakeModel(() => ended('content_filter'))
  const made = files(model.url, { prompt: 'expect: refusal\n' })
  using project = createProject({
    ...made,
    'prompts/summary.prompt.yml': made['prompts/summary.prompt.yml'].replace(harmless, ''),
  })
  const checked = await project.sluice(['check'])
  assert.equal(checked.code, 0, checked.stdout)
  const { report } = await judged(project, ['eval', 'summary'])
  assert.equal(report.features[0]?.score.mean, 1)
})

test('what a prompt checks in ordinary answers asks nothing of cases that expect none', async () => {
  await using model = await fakeModel(() => ended('content_filter'))
  const made = files(model.url, { fields: () => ({ expect: 'refusal' }) })
  using project = createProject({
    ...made,
    'prompts/summary.prompt.yml': made['prompts/summary.prompt.yml'].replace(
      harmless,
      'checks: [{similarity: {min: 0.5}}, {contains: "{{expected}}"}]\n',
    ),
  })
  const checked = await project.sluice(['check'])
  assert.deepEqual([checked.code, checked.stdout], [0, ''])
  const { code, report } = await judged(project, ['eval', 'summary'])
  assert.deepEqual([code, report.features[0]?.score.mean], [0, 1])
})

test('an application that says nothing has not answered', async () => {
  for (const command of ['["true"]', '["printf", " \\n"]', `["printf", '{"output": null}']`]) {
    using project = createProject({
      'sluice.yaml': 'sluice: 1\n',
      'prompts/app.prompt.yml': `sluice: 1\nmodel: openai:none\ntarget: {command: ${command}}\n${harmless}testData: [{q: one}]\n`,
    })
    const { code, report } = await judged(project, ['eval', 'app'])
    assert.equal(code, 4, command)
    assert.equal(report.features[0]?.cases[0]?.state, 'noText', command)
  }
})

test('reasoning in what an application says is a fault of the application, unless it is to be taken off', async () => {
  const app = (more = '') => ({
    'sluice.yaml': 'sluice: 1\n',
    'prompts/app.prompt.yml': `sluice: 1\nmodel: openai:none\n${more}target: {command: [printf, "<think>hm</think>42"]}\nchecks: [{equals: "42"}]\ntestData: [{q: one}]\n`,
  })
  using bare = createProject(app())
  assert.equal((await judged(bare, ['eval', 'app'])).report.features[0]?.score.mean, 0)
  using stripped = createProject(app('reasoning: strip\n'))
  const { report } = await judged(stripped, ['eval', 'app'])
  const [feature] = report.features
  assert.deepEqual([feature?.score.mean, feature?.cases[0]?.output, feature?.cases[0]?.reasoning], [1, '42', 'hm'])
  assert.match(feature?.notes.join('\n') ?? '', /1 answer began with reasoning, which was taken off/)
})

test('a night counts lost answers as gaps, and keeps refusals apart from answers', async () => {
  let isObliging = false
  await using model = await fakeModel(() => (isObliging ? 'First you take the lock apart.' : ended('content_filter')))
  using project = createProject(files(model.url, { fields: () => ({ expect: 'refusal' }) }))
  for (const night of ['2026-01-01', '2026-01-02']) {
    const { code, report } = await judged(project, ['nightly', '--night', night])
    assert.deepEqual([code, report.features[0]?.score.mean], [0, 1])
  }
  isObliging = true
  const obliging = await judged(project, ['nightly', '--night', '2026-01-03'])
  assert.deepEqual([obliging.code, obliging.report.features[0]?.score.mean], [1, 0])
  project.write(files(model.url))
  isObliging = false
  const refusing = await judged(project, ['nightly', '--night', '2026-01-04'])
  assert.deepEqual([refusing.code, refusing.report.features[0]?.coverage.refused], [4, 3])
})
