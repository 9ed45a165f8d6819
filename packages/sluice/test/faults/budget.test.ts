import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../../src/stats/index.ts'
import { type FakeModel, fakeModel, isJudgeRequest, judgement } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'

const answer = 'Action item: send the invoice'
const maxTokens = 1000
/** USD per token of input and of output. */
const price = { input: 1e-6, output: 1e-3 }

interface Till {
  model: FakeModel
  /** What the provider's bill says. */
  billedUsd(): number
}

/** A model that answers out of order, at random costs, and keeps its own accounts. */
async function till(): Promise<Till> {
  const { uniform: random } = seededRandom(7)
  let billed = 0
  const model = await fakeModel(async (request) => {
    const inputTokens = Math.ceil(200 * random())
    const outputTokens = Math.ceil(maxTokens * random())
    billed += inputTokens * price.input + outputTokens * price.output
    await wait(10 * random())
    return { content: isJudgeRequest(request) ? judgement({ actions: 'yes' }) : answer, inputTokens, outputTokens }
  })
  return { model, billedUsd: () => billed }
}

function pricedFiles(url: string, { cases = 60, prices = price, config = '', rubric = true } = {}) {
  const files = summaryFiles({ url, cases, rubric, prompt: `modelParameters: {maxTokens: ${maxTokens}}\n`, config })
  const perMillion = `{input: ${prices.input * 1e6}, output: ${prices.output * 1e6}}`
  return {
    ...files,
    'sluice.yaml': files['sluice.yaml']
      .replace('{input: 1, output: 1}', perMillion)
      .replace('"local:judge"}', `"local:judge", parameters: {maxTokens: ${maxTokens}}}`),
  }
}

for (const [name, flags, config] of [
  ['--budget-usd', ['--budget-usd', '12'], ''],
  ['gate.budgetUsd', [], 'gate: {budgetUsd: 12}\n'],
] as const) {
  test(`with 50 calls at a time the bill never passes ${name}; a larger one goes on from there`, async () => {
    const { model, billedUsd } = await till()
    await using _ = model
    using project = createProject(pricedFiles(model.url, { config }))
    const all = ['gate', '--all', '--concurrency', '50', '--json']
    const stopped = await project.sluice([...all, ...flags])
    assert.equal(stopped.code, 4, stopped.stderr)
    assert.ok(billedUsd() <= 12, `billed ${billedUsd()}`)
    assert.ok(billedUsd() > 10, `only ${billedUsd()} was made use of`)
    const report = JSON.parse(stopped.stdout)
    const [{ coverage, reasons, cost, cases }] = report.features
    assert.equal(report.verdict, 'inconclusive')
    assert.ok(coverage.budgetStopped > 0)
    assert.equal(coverage.scored + coverage.budgetStopped, coverage.cases)
    assert.equal(reasons[0].code, 'budget')
    assert.match(reasons[0].message, /stopped by the budget/)
    assert.ok(Math.abs(cost.usd - billedUsd()) < 1e-9, `${cost.usd} reported, ${billedUsd()} billed`)
    const stop = cases.find(({ state }: { state: string }) => state === 'budgetStopped')
    assert.equal(stop.score, null)
    assert.match(stop.error, /the budget of \$12\.0000 is used up: .*--budget-usd or gate\.budgetUsd/)

    const rest = await project.sluice([...all, '--budget-usd', '500', '--threshold', '0.5'])
    assert.equal(rest.code, 0, rest.stderr)
    assert.equal(model.requests.length, 2 * 60)
  })
}

test('a priced model has a budget of 2 USD where none is set', async () => {
  const { model, billedUsd } = await till()
  await using _ = model
  using project = createProject(pricedFiles(model.url, { rubric: false }))
  const { code, stdout, stderr } = await project.sluice(['gate', '--all', '--json'])
  assert.equal(code, 4, stderr)
  assert.ok(billedUsd() > 1 && billedUsd() <= 2, `billed ${billedUsd()}`)
  assert.match(stdout, /the budget of \$2\.0000 is used up/)
})

test('a budget that not even one call fits in: nothing is asked', async () => {
  const { model } = await till()
  await using _ = model
  using project = createProject(pricedFiles(model.url))
  const { code, stdout, stderr } = await project.sluice(['gate', '--all', '--json', '--budget-usd', '0.5'])
  assert.equal(code, 4, stderr)
  assert.deepEqual([JSON.parse(stdout).features[0].score.mean, model.requests.length], [null, 0])
})

test('a model without a price is refused where a budget is set, before any call', async () => {
  await using model = await fakeModel(() => answer)
  const files = summaryFiles({ url: model.url })
  const unpriced = files['sluice.yaml'].replace(/^prices: .*$/m, '')
  using project = createProject({ ...files, 'sluice.yaml': unpriced })
  using configured = createProject({ ...files, 'sluice.yaml': `${unpriced}gate: {budgetUsd: 5}\n` })
  for (const run of [
    project.sluice(['eval', 'summary', '--json', '--budget-usd', '5']),
    project.sluice(['gate', '--all', '--json', '--budget-usd', '5']),
    configured.sluice(['gate', '--all', '--json']),
  ]) {
    const { code, stdout, stderr } = await run
    assert.deepEqual([code, stdout], [3, ''], stderr)
    assert.match(stderr, /local:model-a has no known price.*prices: \{"local:model-a"/)
  }
  assert.equal(model.requests.length, 0)
})

test('a model without a price runs where no budget is set, and its cost is unknown, not 0', async () => {
  await using model = await fakeModel((request) => (isJudgeRequest(request) ? judgement({ actions: 'yes' }) : answer))
  const files = summaryFiles({ url: model.url, rubric: true })
  using project = createProject({ ...files, 'sluice.yaml': files['sluice.yaml'].replace(/^prices: .*$/m, '') })
  const json = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(json.code, 0, json.stderr)
  const [{ cost, cases }] = JSON.parse(json.stdout).features
  assert.deepEqual([cost.usd, cost.unpricedCalls, cases[0].costUsd], [null, 20, null])
  assert.match(json.stderr, /20 unpriced calls/)
  const shown = await project.sluice(['eval', 'summary'])
  assert.doesNotMatch(shown.stdout, /\b0(\.0+)? USD|\$0/)
})

test('an evaluation that the budget ends could not run to its end: exit 4', async () => {
  const { model } = await till()
  await using _ = model
  using project = createProject(pricedFiles(model.url))
  const stopped = await project.sluice(['eval', 'summary', '--budget-usd', '12'])
  assert.equal(stopped.code, 4, stopped.stderr)
  assert.match(stopped.stdout, /stopped by the budget/)
})
