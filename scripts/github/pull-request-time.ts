/**
 * The ceiling of a pull request's gate: 100 judged cases in two versions, a model and a judge that take 2 s each, at the
 * default concurrency. `npm run pull-request-time` on answers that decide at the first look, and with `-- noisy` on ones
 * so uneven that all eight repeats are asked for.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { fakeModel, isJudgeRequest, judgement } from '../../packages/sluice/test/support/fake-model.ts'
import { changedProject } from '../../packages/sluice/test/support/gate-project.ts'

const latencyMs = 2000
const isNoisy = process.argv[2] === 'noisy'
await using model = await fakeModel(async (request) => {
  await wait(latencyMs)
  if (isJudgeRequest(request)) return judgement({ actions: 'yes' })
  return isNoisy && Math.random() < 0.5 ? 'Nothing to do.' : 'Action item: pay the invoice.'
})
const config = `gate: {threshold: 0.5, budgetUsd: 100, repeats: ${isNoisy ? '[1, 2, 3, 5, 8]' : '[1]'}}`
using project = changedProject({ url: model.url, cases: 100, rubric: true, config })
for (const run of ['cold', 'again']) {
  const calls = model.requests.length
  const startedAt = performance.now()
  const { code } = await project.sluice(['gate'])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${run}: exit ${code}, ${model.requests.length - calls} calls, ${seconds} s`)
}
