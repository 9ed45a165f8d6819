// npm run soak -- [--minutes 10] [--seed n]: a control plane, four applications, and faults at random.
// In the end no acknowledged outcome may be lost or accepted twice, the audit chain must hold, every rollout must have one end, and all
// applications must agree.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededRandom } from '../packages/sluice/src/stats/random.ts'
import { type BenchServer, startServer } from './bench/plane.ts'
import { startProxy } from './soak/proxy.ts'
import { verifySoak } from './soak/verify.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const { uniform } = seededRandom(seed)
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-soak-'))
const dataDir = path.join(folder, '.sluice')
const proxy = await startProxy()
const notes: string[] = []
const counts: Record<string, number> = {}
let server: BenchServer = await startServer(folder)
proxy.forwardTo(server.url)

const versions: string[] = []
for (const text of ['Summarise: {{email}}', 'In short: {{email}}', 'Sum up: {{email}}'])
  versions.push(await server.publish('mail', text))
await server.activate('mail', versions[0] ?? '')

/** What an operator asks may be refused by the state, or meet a control plane that is down. */
async function operate(method: string, route: string, body: unknown): Promise<void> {
  await server.ask(method, route, body).catch(() => undefined)
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)] as T
const reason = 'soak'
const override = { reason }

async function runningRollout(): Promise<string | undefined> {
  const answer = await server.ask('GET', '/v1/features/mail').catch(() => undefined)
  return (answer as { rollout: { id: string } | null } | undefined)?.rollout?.id
}

async function step(verb: string, body: object = { reason }): Promise<void> {
  const id = await runningRollout()
  if (id) await operate('POST', `/v1/rollouts/${id}/${verb}`, body)
}

async function restart(): Promise<void> {
  await server.kill()
  server = await startServer(folder)
  proxy.forwardTo(server.url)
}

const badOutcome = { id: 'bad', feature: 'mail', version: 'nothing', observedAt: 'yesterday' }
const faults: Record<string, () => Promise<void>> = {
  'server killed': restart,
  async 'server stopped for a while'() {
    server.process.kill('SIGSTOP')
    await wait(500 + 4000 * uniform())
    server.process.kill('SIGCONT')
  },
  async 'connections cut'() {
    proxy.cut()
  },
  async 'application killed'() {
    const index = Math.floor(uniform() * applications.length)
    applications[index]?.kill('SIGKILL')
    applications[index] = startApplication(index)
  },
  'bad outcomes': () => operate('POST', '/v1/outcomes', { outcomes: [badOutcome, badOutcome, null] }),
  'rollout started': () =>
    operate('POST', '/v1/features/mail/rollouts', { version: pick(versions), override, supersede: uniform() < 0.5 }),
  'rollout advanced': () => step('advance'),
  'rollout promoted': () => step('promote'),
  'rollout aborted': () => step('abort'),
  'rolled back': () => operate('POST', '/v1/features/mail/rollback', { reason }),
  activated: () => operate('PUT', '/v1/features/mail/active', { version: pick(versions), reason, override }),
  async 'promoted and rolled back at once'() {
    await Promise.all([step('promote'), operate('POST', '/v1/features/mail/rollback', { reason })])
  },
}

function startApplication(index: number): ChildProcess {
  const file = path.join(folder, `notes-${notes.length}.jsonl`)
  writeFileSync(file, '')
  notes.push(file)
  const script = path.join(import.meta.dirname, 'soak/application.ts')
  const name = `host-${index}-${notes.length}`
  names[index] = name
  const args = ['--conditions=sluice-source', script, proxy.url, file, server.token, name]
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Of those that run: an application that was killed counts as live for three more heartbeats. */
const names: string[] = []
const applications: ChildProcess[] = []
for (let index = 0; index < 4; index += 1) applications.push(startApplication(index))

/** Waits until all four applications have acknowledged the present revision. */
async function converged(): Promise<boolean> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await server.ask('GET', '/v1/instances').catch(() => undefined)
    const { instances = [] } = (answer ?? {}) as { instances?: { instance: string; upToDate: boolean }[] }
    const upToDate = new Set(instances.filter((one) => one.upToDate).map(({ instance }) => instance))
    if (names.every((name) => upToDate.has(name))) return true
    await wait(200)
  }
  return false
}

console.log(`soak: ${values.minutes} minutes, seed ${seed}`)
const end = performance.now() + Number(values.minutes) * 60_000
while (performance.now() < end) {
  const [name, fault] = pick(Object.entries(faults))
  counts[name] = (counts[name] ?? 0) + 1
  await fault()
  await wait(200 + 1800 * uniform())
}
const agreed = await converged()
for (const application of applications) application.kill('SIGTERM')
await Promise.all(
  applications.map(
    (application) => application.exitCode ?? new Promise((resolve) => application.once('close', resolve)),
  ),
)
await server.kill()
proxy.close()
const { broken, ...found } = await verifySoak(dataDir, notes)
if (!agreed) broken.push('the applications had not all come to the same revision a minute after the last fault')
console.log(JSON.stringify({ seed, faults: counts, ...found }, null, 1))
console.log(broken.length === 0 ? 'every promise was kept' : broken.join('\n'))
rmSync(folder, { recursive: true, force: true })
process.exitCode = broken.length === 0 ? 0 : 1
