import assert from 'node:assert/strict'
import { test } from 'node:test'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { createProject } from '../../support/project.ts'
import { agentFiles, fakeAgent } from './agent-project.ts'

test('of an agent whose model is gone, the first step alone is no kept answer', async () => {
  let state: 'halfway' | 'whole' | 'gone' = 'halfway'
  await using model = await fakeAgent(({ model: name }, step) => {
    if (state === 'gone' && name === 'm')
      return { status: 404, body: '{"error":{"code":"model_not_found","message":"gone"}}' }
    if (step === 0) return [['lookup', { order: '1182' }]]
    return state === 'halfway' ? { status: 400 } : 'It is late.'
  })
  const cases = '- {id: a, vars: {order: "1182"}, tags: [core], mocks: [{tool: lookup, result: late}]}'
  using project = createProject(agentFiles({ url: model.url, cases }))
  const evaluated = async (during: typeof state) => {
    state = during
    await project.sluice(['eval', 'agent'])
  }
  const upgraded = async () => {
    state = 'gone'
    const args = ['upgrade', '--from', 'local:m', '--to', 'local:new', '--repeats', '2', '--json']
    const { stdout, stderr } = await project.sluice(args)
    const { features } = upgradeReportSchema.parse(JSON.parse(stdout || JSON.stringify(stderr)))
    return features[0]?.notes.join() ?? ''
  }
  await evaluated('halfway')
  assert.match(await upgraded(), /only 0 of its 2 answers are kept/)
  await evaluated('whole')
  assert.match(await upgraded(), /it is compared by the 1 answer per case/)
})
