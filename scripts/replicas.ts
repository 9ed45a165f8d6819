// npm run replicas -- [--clients n]: two replicas on a real PostgreSQL behind a balancer, n
// clients. A version is rolled back through one replica while the other one is killed; every client must come to the good version.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { SluiceClient } from '../packages/client/src/index.ts'
import { verifyChain } from '../packages/sluice/src/control/release/audit-chain.ts'
import { gateReport, promptVersion } from '../packages/sluice/test/support/control-plane/control-plane.ts'
import { startPostgres } from '../packages/sluice/test/support/store/postgres.ts'

const { values } = parseArgs({ options: { clients: { type: 'string' } } })
const count = Number(values.clients ?? 200)
const token = 'a-token-for-two-replicas'
const bin = path.join(import.meta.dirname, '../packages/sluice/bin/sluice.cjs')
const limitMs = 60_000

interface Replica {
  process: ChildProcess
  url: string
}

async function startReplica(databaseUrl: string): Promise<Replica> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, SLUICE_ADMIN_TOKEN: token }
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`a replica ended: ${log}`)))
    child.stderr.on('data', (text) => {
      log = (log + text).slice(-10_000)
      const found = /"url":"([^"]+)"/.exec(log)?.[1]
      if (found) resolve(found)
    })
  })
  return { process: child, url }
}

/** Passes each connection on to one of the replicas in turn, or to the next one where that does not listen. */
async function balance(replicas: readonly Replica[]) {
  let turn = 0
  const server = createServer((inside) => {
    turn += 1
    const attempt = (left: number) => {
      const replica = replicas[(turn + left) % replicas.length]
      if (!replica || left === 0) return inside.destroy()
      const outside = connect(Number(new URL(replica.url).port), '127.0.0.1')
      outside.once('error', () => attempt(left - 1))
      outside.once('connect', () => {
        inside.pipe(outside).pipe(inside)
        inside.on('error', () => outside.destroy())
        inside.on('close', () => outside.destroy())
        outside.on('error', () => inside.destroy())
        outside.on('close', () => inside.destroy())
      })
    }
    attempt(replicas.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function ask(url: string, method: string, address: string, body?: unknown) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(url + address, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`)
  return JSON.parse(await response.text())
}

async function until(condition: () => boolean, what: string): Promise<number> {
  const began = performance.now()
  while (!condition()) {
    if (performance.now() - began > limitMs) throw new Error(`waited ${limitMs / 1000} s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return performance.now() - began
}

await using postgres = await startPostgres()
const replicas = [await startReplica(postgres.url), await startReplica(postgres.url)]
const [survivor, victim] = replicas as [Replica, Replica]
const balancer = await balance(replicas)
const clients: SluiceClient[] = []
try {
  const [good, bad] = [promptVersion('Summarise: {{email}}'), promptVersion('In short: {{email}}')]
  for (const content of [good, bad])
    await ask(survivor.url, 'POST', '/v1/features/f/versions', { content, report: gateReport('f', content.id) })
  await ask(victim.url, 'PUT', '/v1/features/f/active', { version: good.id, reason: 'launch' })
  for (let index = 0; index < count; index += 1)
    clients.push(new SluiceClient({ url: balancer.url, token, instance: `client-${index}` }))
  const all = (id: string) => () => clients.every((client) => client.route('f', 'ann').version === id)
  await until(all(good.id), 'the first version at every client')
  await ask(victim.url, 'PUT', '/v1/features/f/active', { version: bad.id, reason: 'better' })
  const spread = await until(all(bad.id), 'the second version at every client, through both replicas')
  console.log(`${count} clients have a change made through one of two replicas after ${spread.toFixed(0)} ms`)

  const rollback = ask(survivor.url, 'POST', '/v1/features/f/rollback', { reason: 'worse', waitMs: limitMs })
  victim.process.kill('SIGKILL')
  const converged = await until(all(good.id), 'the rollback at every client')
  console.log(
    `one replica killed during a rollback: every client is back on the good version after ${converged.toFixed(0)} ms`,
  )
  const { applied } = await rollback
  const { elapsedMs, missing } = applied
  console.log(
    `acknowledged by ${applied.applied} of ${applied.total} instances in ${elapsedMs} ms; missing: ${missing.length}`,
  )
  const { rows, head } = await ask(survivor.url, 'GET', '/v1/features/f/audit?limit=1000')
  const verified = verifyChain(rows, head)
  console.log(`audit log: ${rows.length} rows, ${'ok' in verified ? 'verified' : JSON.stringify(verified)}`)
  if (missing.length > 0 || applied.total !== count || !('ok' in verified)) process.exitCode = 1
} finally {
  await Promise.all(clients.map((client) => client.close()))
  for (const { process: child } of replicas) child.kill('SIGKILL')
  balancer.server.close()
}
