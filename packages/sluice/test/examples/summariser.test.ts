import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type Served, served } from '../support/control-plane/served.ts'
import { createProject } from '../support/project.ts'
import { until } from '../support/until.ts'

const example = path.join(import.meta.dirname, '../../../../examples/summariser')
const read = (file: string) => readFileSync(path.join(example, file), 'utf8')
const promptFile = 'prompts/email-summary.prompt.yml'
const email = 'Order 1182 is late again. Please call me by Friday.'

interface Answer {
  summary?: string
  version?: string
  reference?: unknown
}

/** The example as a process of its own, in `folder`. */
async function startApp(folder: string, env: NodeJS.ProcessEnv) {
  const args = ['--conditions=sluice-source', path.join(example, 'app.ts')]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, PORT: '0', INSTANCE: 'app-1', ...env },
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.pipe(process.stderr)
  await until(() => output.includes('\n'), 'the example to listen').catch((error) => {
    child.kill('SIGKILL')
    throw error
  })
  const url = output.trim()
  return {
    async post(route: string, body: unknown) {
      const response = await fetch(url + route, { method: 'POST', body: JSON.stringify(body) })
      return { status: response.status, ...((await response.json()) as Answer) }
    },
    async stop() {
      const code = new Promise<number | null>((resolve) => child.on('exit', resolve))
      child.kill('SIGTERM')
      return code
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

async function json({ sluice }: Served, ...args: string[]) {
  const { code, stdout, stderr } = await sluice(...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

test('the example follows releases while it runs, reports every request, and leaves in an orderly way', async () => {
  using project = createProject({ 'sluice.yaml': read('sluice.yaml'), [promptFile]: read(promptFile) })
  await using server = await served(project)
  const first = await json(server, 'publish', 'email-summary')
  const release = ['--reason', 'test', '--override', 'test']
  await json(server, 'activate', 'email-summary', '1.0', ...release, '--wait', '0s')
  const { token } = await json(server, 'token', 'create', 'app', '--scope', 'client')
  using app = await startApp(project.root, { ...server.env, SLUICE_TOKEN: token })

  const answer = await app.post('/summarise', { user: 'ann', email })
  assert.equal(answer.summary, 'Summary: Order 1182 is late again.\nAction item: Please call me by Friday.')
  assert.equal(answer.version, first.id)
  assert.equal((await app.post('/feedback', { reference: answer.reference, thumb: 'up' })).status, 202)

  project.write({ [promptFile]: read(promptFile).replace(' List every action item.', '').replace('1.0', '1.1') })
  const second = await json(server, 'publish', 'email-summary')
  project.write({ 'half.yaml': 'stages: [{percent: 50, soak: 1h}]\nadvance: manual\n' })
  await json(server, 'rollout', 'start', 'email-summary', '1.1', '--override', 'test', '--settings', 'half.yaml')
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
  const versions = async () => {
    const answers = await Promise.all(users.map((user) => app.post('/summarise', { user, email })))
    return new Set(answers.map(({ version }) => version))
  }
  await until(async () => (await versions()).size === 2, 'both versions to be served')
  assert.deepEqual([...(await versions())].toSorted(), [first.id, second.id].toSorted())

  const back = await json(server, 'rollback', 'email-summary', '--reason', 'no action items')
  assert.deepEqual([back.applied.applied, back.applied.total, back.applied.missing], [1, 1, []])
  assert.deepEqual([...(await versions())], [first.id], 'once confirmed, nobody gets the canary')

  assert.equal(await app.stop(), 0)
  const metrics = await (await server.request('/metrics')).text()
  const accepted = Number(/outcomes_total\{[^}]*result="accepted"[^}]*\} (\d+)/.exec(metrics)?.[1])
  assert.ok(accepted >= 122 && accepted % 40 === 2, `${accepted} outcomes: one, its feedback, and 40 each time`)
  assert.deepEqual((await json(server, 'status')).instances.instances, [])
})
