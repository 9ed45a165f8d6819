import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { CostReport } from '../../src/gate/costs/summarize-costs.ts'
import { fakeModel, isJudgeRequest } from '../support/fake-model.ts'
import { changedProject, summariser } from '../support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../support/project.ts'

const costsOf = async (project: Project, ...args: string[]) => {
  const { code, stdout, stderr } = await project.sluice(['costs', '--json', ...args])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as CostReport
}
/** Of a fake answer: 100 tokens in, 20 out, at 1 USD per million each. */
const usdPerCall = 120e-6
const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-12, `${actual} is not ${expected}`)
const today = new Date().toISOString().slice(0, 10)

test('every paid answer of real runs is in the costs, by command, stage, model, feature and day', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 10, rubric: true })
  await project.sluice(['eval', 'summary'])
  const judged = model.requests.filter(isJudgeRequest).length
  assert.deepEqual([model.requests.length, judged], [20, 10])
  await project.sluice(['gate'])
  const all = model.requests.length
  assert.ok(all > 20)

  const report = await costsOf(project)
  assert.equal(report.schema, 'sluice.costs/1')
  assert.deepEqual([report.from, report.to, report.total.calls, report.total.unpricedCalls], [today, today, all, 0])
  near(report.total.usd, all * usdPerCall)
  const callsBy = (groups: CostReport['byDay']) => Object.fromEntries(groups.map(({ name, calls }) => [name, calls]))
  assert.deepEqual(callsBy(report.byCommand), { gate: all - 20, eval: 20 })
  const ofJudge = model.requests.filter(isJudgeRequest).length
  assert.deepEqual(callsBy(report.byStage), { generation: all - ofJudge, judge: ofJudge })
  assert.deepEqual(callsBy(report.byModel), { 'local:model-a': all - ofJudge, 'local:judge': ofJudge })
  assert.deepEqual(callsBy(report.byFeature), { summary: all })
  assert.deepEqual(callsBy(report.byDay), { [today]: all })

  await project.sluice(['gate'])
  assert.equal((await costsOf(project)).total.calls, all, 'answers from the cache cost nothing')
})

test('pruning the answers does not forget what they cost', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 5 }))
  await project.sluice(['eval', 'summary'])
  const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
  database.exec('UPDATE answers SET created_at = 0')
  database.close()
  assert.match((await project.sluice(['cache', 'prune'])).stdout, /^5 stored answers/)
  assert.equal((await costsOf(project)).total.calls, 5)
})

test('an answer that was of no use was paid for all the same', async () => {
  await using model = await fakeModel((request) => (isJudgeRequest(request) ? 'no JSON' : 'Action item: pay'))
  using project = createProject(summaryFiles({ url: model.url, cases: 3, rubric: true }))
  assert.equal((await project.sluice(['eval', 'summary'])).code, 4)
  const { byStage } = await costsOf(project)
  assert.deepEqual(byStage.map(({ name, calls }) => [name, calls]).toSorted(), [
    ['generation', 3],
    ['judge', model.requests.length - 3],
  ])
})

test('unpriced calls are shown and never counted as free', async () => {
  await using model = await fakeModel(summariser())
  const files = summaryFiles({ url: model.url, cases: 4, rubric: true })
  const unpriced = { ...files, 'sluice.yaml': files['sluice.yaml'].replace('"local:*"', '"local:judge"') }
  using project = createProject(unpriced)
  await project.sluice(['eval', 'summary'])
  const report = await costsOf(project, '--production-usd', '0.02')
  assert.deepEqual([report.total.calls, report.total.unpricedCalls], [8, 4])
  near(report.total.usd, 4 * usdPerCall)
  const models = report.byModel.map(({ name, usd }) => [name, usd === null])
  assert.deepEqual(models, [
    ['local:judge', false],
    ['local:model-a', true],
  ])
  assert.equal(report.production?.band, 'unknown')
  const { stdout } = await project.sluice(['costs', '--production-usd', '0.02'])
  assert.match(stdout, /^0\.00048 USD for 8 calls, 4 unpriced, /)
  assert.match(stdout, /4 calls are unpriced: their cost is missing from every sum, not zero/)
  assert.match(stdout, /At least 2\.4 % of the 0\.020 USD of production; the calls without a price are not in it/)
  assert.match(stdout, /local:model-a +n\/a +4 calls, 4 unpriced/)
})

test('production spend is compared with the band of 1 to 5 %', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 10 }))
  await project.sluice(['eval', 'summary'])
  const bandAt = async (usd: string) => (await costsOf(project, '--production-usd', usd)).production
  const within = await bandAt('0.04')
  assert.equal(within?.band, 'within')
  near(within?.share, 0.03)
  assert.equal((await bandAt('1'))?.band, 'below')
  assert.equal((await bandAt('0.01'))?.band, 'above')
  assert.deepEqual(await bandAt('0'), { productionUsd: 0, share: null, band: 'unknown' })
  const { stdout } = await project.sluice(['costs', '--production-usd', '0.01'])
  assert.match(stdout, /12 % of the 0\.010 USD of production: above the rule of thumb of 1 to 5 %/)
})

test('--since leaves out older days, the picture has a bar for each day and command, and no markup of others', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 2 }))
  await project.sluice(['eval', 'summary'])
  const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
  database.exec(`INSERT INTO spending VALUES ('2020-01-02', '<script>', 'old', 'a:b', 'judge', 3, 1, 0.5)`)
  database.close()
  assert.equal((await costsOf(project)).total.calls, 5)
  assert.equal((await costsOf(project, '--since', '30d')).total.calls, 2)
  assert.equal((await costsOf(project, '--since', '2020-01-03')).total.calls, 2)
  assert.equal((await costsOf(project, '--since', '2020-01-02', '--svg', 'costs.svg')).total.calls, 5)
  const svg = readFileSync(path.join(project.root, 'costs.svg'), 'utf8')
  assert.match(svg, /<title>2020-01-02 &lt;script&gt;: 0\.500 USD<\/title>/)
  assert.match(svg, new RegExp(`<title>${today} eval: 0\\.00024 USD</title>`))
  assert.doesNotMatch(svg, /<script/)
})

test('a project without a run has no costs; a day that is none is refused', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:9/v1' }))
  assert.deepEqual((await costsOf(project)).total, { usd: 0, calls: 0, unpricedCalls: 0 })
  assert.match((await project.sluice(['costs'])).stdout, /Nothing was paid/)
  const { code, stderr } = await project.sluice(['costs', '--since', 'yesterday'])
  assert.equal(code, 3)
  assert.match(stderr, /--since yesterday: give a day as 2026-11-01, or a number of days as 30d/)
})
