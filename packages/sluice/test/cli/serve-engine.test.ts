import assert from 'node:assert/strict'
import { test } from 'node:test'
import { position, type RequestOutcome } from '@sluice/client'
import { driftAnswer } from '../../src/control/remote/answers.ts'
import { driftText } from '../../src/control/remote/drift-text.ts'
import { gateReport, promptVersion } from '../support/control-plane/control-plane.ts'
import { type Served, served } from '../support/control-plane/served.ts'
import { fakeModel, judgement, textOf } from '../support/fake-model.ts'
import { fakeReceiver } from '../support/fake-receiver.ts'
import { fakeGithub } from '../support/github/fake-github.ts'
import { fakeRepository } from '../support/github/fake-repository.ts'
import { createProject } from '../support/project.ts'
import { until } from '../support/until.ts'

const half = 500_000
const live = { store: true, judge: { percent: 100, budgetUsdPerDay: 1 }, redact: 'redact.mjs' }
const rubric = [{ id: 'actions', ask: 'Are all action items there?' }]
const settings = { stages: [{ percent: 50, soak: '1h' }] }

const configOf = (model: string, webhook: string, github: string) => `
server:
  github: {repository: acme/mail, tokenEnv: SLUICE_GITHUB_TOKEN, apiUrl: "${github}/"}
providers:
  local: {kind: openai-compatible, baseURL: ${model}}
prices: {"local:*": {input: 1, output: 1}}
notify:
  - webhook: {url: "${webhook}", secretEnv: HOOK_SECRET}
`

const redactor =
  'export default ({input, output}) => ({input: {email: input.email.replace("secret", "[gone]")}, output})'

// biome-ignore lint/suspicious/noExplicitAny: checked by the server's own tests
async function ask(server: Served, path: string, body?: unknown): Promise<any> {
  const response = await server.request(path, body)
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`)
  return response.json()
}

async function publish(server: Served, text: string, commit: string): Promise<string> {
  const content = promptVersion(text)
  const origin = { commit, repository: null, project: '', file: 'prompts/mail.prompt.yml' }
  const judge = { model: 'local:judge', parameters: {} }
  await ask(server, '/v1/features/mail/versions', {
    content,
    rubric,
    judge,
    live,
    origin,
    report: gateReport('mail', content.id),
  })
  return content.id
}

interface Running {
  id: string
  salt: string
  incumbent: string
  canary: string
}

/** A request by this user as its client would report it. */
function outcomeOf({ id, salt, incumbent, canary }: Running, user: number, more: object = {}): RequestOutcome {
  const unit = `user-${user}`
  const arm = position(salt, unit) < half ? ('canary' as const) : ('incumbent' as const)
  const version = arm === 'canary' ? canary : incumbent
  const place = { feature: 'mail', version, rolloutId: id, arm, stage: 0, unit }
  return { id: `o-${user}`, ...place, observedAt: new Date().toISOString(), latencyMs: 100, ...more }
}

test('sluice serve judges, watches, rolls back and tells, all by itself', async () => {
  await using model = await fakeModel((request) =>
    judgement({ actions: textOf(request).includes('bad summary') ? 'no' : 'yes' }, 'summary'),
  )
  await using receiver = await fakeReceiver()
  const repository = fakeRepository()
  repository.may.checks = true
  const commit = repository.commit({ 'prompts/mail.prompt.yml': '' })
  await using github = await fakeGithub({ repository })
  const config = configOf(model.url, receiver.url, github.url)
  using project = createProject({ 'sluice.yaml': config, 'redact.mjs': redactor })
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  const keys = { HOOK_SECRET: secret, LOCAL_API_KEY: 'key', SLUICE_GITHUB_TOKEN: 'token-for-github' }
  await using server = await served(project, { ...keys, SLUICE_PUBLIC_URL: 'https://sluice.example' })

  const incumbent = await publish(server, 'Sum up {{email}}', commit)
  const canary = await publish(server, 'Sum up in brief: {{email}}', commit)
  await server.sluice('activate', 'mail', incumbent, '--reason', 'first')
  const started = await ask(server, '/v1/features/mail/rollouts', { version: canary, settings })
  const rollout: Running = { id: started.id, salt: started.salt, incumbent, canary }
  const at = (user: number) => outcomeOf(rollout, user, { input: { email: `secret mail ${user}` }, captured: 1 })
  const withOutput = (outcome: RequestOutcome): RequestOutcome => ({
    ...outcome,
    output: outcome.arm === 'canary' ? 'bad summary' : 'summary',
  })
  const outcomes = Array.from({ length: 60 }, (_, user) => withOutput(at(user)))
  await ask(server, '/v1/outcomes', { outcomes })

  const view = () => ask(server, `/v1/rollouts/${rollout.id}`)
  await until(async () => (await view()).status === 'rolledBack', 'the rollback')
  const { ending, assessment } = await view()
  assert.equal(ending.by, 'sluice')
  assert.match(ending.reason, /worse by the judged score/)
  assert.ok(assessment.canary.judged > 5 && assessment.logE >= assessment.threshold)
  assert.equal((await ask(server, '/v1/features/mail')).active, incumbent)

  const { contents } = await ask(server, '/v1/features/mail/contents?limit=5')
  assert.equal(contents[0].score, 0)
  assert.match(contents[0].input.email, /^\[gone\] mail/)
  await until(() => receiver.received.some(({ body }) => body.includes('sluice.rollout.rolled_back')), 'the message')
  await until(() => repository.checkRuns.some(({ conclusion }) => conclusion === 'failure'), 'the check run')
  const { output } = repository.checkRuns.at(-1) ?? {}
  assert.match(
    output?.summary ?? '',
    /\| users \| \d+ \| \d+ \|.*Together the e-value against it was [\d,.> e]+ of the 20 that roll back/s,
  )
  assert.match(output?.summary ?? '', new RegExp(`https://sluice.example/rollouts/${rollout.id}`))
  assert.doesNotMatch(JSON.stringify(repository), /bad summary|\[gone\]|secret mail/)
  assert.deepEqual(
    repository.deployments.map(({ statuses }) => statuses.at(-1)?.state),
    ['success', 'failure'],
  )
  const metrics = await (await server.request('/metrics')).text()
  assert.match(metrics, /sluice_canary_arm_users\{[^}]*arm="canary"[^}]*\} \d+/)
  assert.match(metrics, /sluice_github_steps_total\{what="deploy",result="done"\} 2/)
  assert.match(metrics, /sluice_judge_tasks_total\{feature="mail",fate="scored"\} \d+/)
  await until(async () => (await ask(server, '/v1/features/mail/drift')).drift !== null, 'the drift watch')
  const told = driftText(driftAnswer.parse(await ask(server, '/v1/features/mail/drift')))
  assert.doesNotMatch(told, /no replica watches/)
  assert.match(told, /^mail, version \w+, since .*\n {2}score: learning its level, for two days/)
  assert.equal((await server.stop()).code, 0)
})

test('sluice serve refuses a sluice.yaml with faults, and channels without their secrets', async () => {
  using project = createProject({ 'sluice.yaml': 'nonsense: 1\n' })
  const faulty = await project.sluice(['serve', '--port', '0'])
  assert.equal(faulty.code, 3)
  assert.match(faulty.stderr, /sluice\.yaml:1:1: nonsense/)
  project.write({ 'sluice.yaml': 'notify:\n  - slack: {urlEnv: SLACK_URL_THAT_IS_MISSING}\n' })
  const silent = await project.sluice(['serve', '--port', '0'])
  assert.equal(silent.code, 3)
  assert.match(silent.stderr, /SLACK_URL_THAT_IS_MISSING is not set/)
  project.write({ 'sluice.yaml': 'server: {github: {repository: acme/mail, tokenEnv: NO_SUCH_TOKEN}}\n' })
  const untold = await project.sluice(['serve', '--port', '0'])
  assert.deepEqual([untold.code, /server\.github\.tokenEnv: .*NO_SUCH_TOKEN is not set/.test(untold.stderr)], [3, true])
})
