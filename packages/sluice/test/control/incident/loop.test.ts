import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceClient } from '@sluice/client'
import { type Served, served } from '../../support/control-plane/served.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { commitAll, judged, summariser, worse } from '../../support/gate-project.ts'
import { createProject, type SummaryOptions, summaryFiles } from '../../support/project.ts'
import { until } from '../../support/until.ts'

/** Which mails the worse prompt fails on: a kind that the suite lacks. */
const forgets = (mail: number) => mail >= 100

const live = `live: {store: true, judge: {percent: 100}}
rollout: {stages: [{percent: 50, soak: 1h}]}
`

/** Runs a command against the control plane, which must go well, and reads its JSON. */
async function done({ sluice }: Served, ...args: string[]) {
  const { code, stdout, stderr } = await sluice(...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

/** An application that answers `users` users, each with a mail of the kind that the suite lacks. */
async function traffic({ env }: Served, users: number): Promise<void> {
  const client = new SluiceClient({ url: env.SLUICE_URL ?? '', token: env.SLUICE_TOKEN ?? '', flushMs: 20 })
  await client.ready()
  for (let user = 0; user < users; user += 1) {
    const route = client.route('summary', `user-${user}`)
    const email = `Mail ${100 + user}: Bitte schicken Sie die Rechnung Nummer ${user} an Frau Berglund.`
    const bad = route.prompt?.messages.some(({ content }) => content.includes('Shorten'))
    route.record({ input: { email }, output: bad ? 'Nothing to do.' : 'Action item: pay the invoice.', latencyMs: 10 })
  }
  await client.close()
}

test('what the suite missed is rolled back by the canary, becomes a case, and the gate blocks the same change', async () => {
  await using model = await fakeModel(summariser(forgets))
  const files: SummaryOptions = { url: model.url, rubric: true, prompt: live }
  using project = createProject(summaryFiles(files))
  commitAll(project, 'base')
  await using server = await served(project)
  assert.equal((await project.sluice(['gate', '--all'])).code, 0)
  const first = await done(server, 'publish', 'summary')
  await done(server, 'activate', 'summary', first.id, '--reason', 'first', '--wait', '0s')

  project.git('checkout', '-qb', 'change')
  project.write(summaryFiles({ ...files, message: worse }))
  assert.equal((await judged(project, ['gate'])).code, 0, 'the suite does not see it')
  const second = await done(server, 'publish', 'summary')
  const { id } = await done(server, 'rollout', 'start', 'summary', second.id)

  await traffic(server, 200)
  const view = async () => (await server.request(`/v1/rollouts/${id}`)).json()
  await until(async () => (await view()).state === 'rolledBack', 'the canary to be rolled back')
  assert.equal((await view()).ending.by, 'sluice')

  const { added } = await done(server, 'case', 'add', 'summary', '--from', `rollout:${id}`, '--limit', '3')
  const [one] = added
  assert.deepEqual([one.critical, one.source.rollout, one.source.failed], [true, id, ['actions']])
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  assert.ok(report.features[0]?.reasons.some((reason) => reason.code === 'critical-case' && reason.case === one.id))

  const page = await server.sluice('rollout', 'report', id)
  assert.match(page.stdout, new RegExp(`now the case \`${one.id}\``))
  assert.match(page.stdout, /The verdict of the gate on this version was \*\*pass, weak\*\*/)
})
