// What the control plane does over HTTP: outcomes made durable, a change pushed to 1,000 connections, a large snapshot.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { versionId } from '../../packages/sluice/src/core/suite/prompt/version.ts'
import { listenToStreams } from './streams.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')
const token = 'a-token-for-the-benchmark'
const batchSize = 100

interface Server {
  url: string
  process: ChildProcess
}

/** Prints what it measures. */
export async function benchServer(): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  const server = await start(dir)
  try {
    await outcomes(server, dir)
    await broadcast(server)
    await largeSnapshot(server)
    await largeBroadcast(server)
  } finally {
    server.process.kill('SIGKILL')
    await new Promise((resolve) => server.process.once('close', resolve))
    rmSync(dir, { recursive: true, force: true })
  }
}

async function start(dir: string): Promise<Server> {
  const env = { ...process.env, SLUICE_ADMIN_TOKEN: token }
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--data', dir], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the server ended: ${log}`)))
    child.stderr?.on('data', (text) => {
      log += text
      const found = /"url":"([^"]+)"/.exec(log)?.[1]
      if (found) resolve(found)
    })
  })
  return { url, process: child }
}

/** Batches over a few connections, each waiting for its answer; beside the same rows inserted by hand. */
async function outcomes({ url, process: server }: Server, dir: string): Promise<void> {
  const batches = 600
  const bodies = Array.from({ length: batches }, (_, batch) => JSON.stringify({ outcomes: batchOf(batch) }))
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const send = async (connection: number) => {
    for (let batch = connection; batch < batches; batch += 4) {
      const { accepted } = (await ask(`${url}/v1/outcomes`, 'POST', bodies[batch] ?? '', agent)) as { accepted: number }
      if (accepted !== batchSize) throw new Error(`only ${accepted} outcomes were accepted`)
    }
  }
  const before = processorMs(server)
  const began = performance.now()
  await Promise.all([0, 1, 2, 3].map(send))
  const perSecond = (batches * batchSize * 1000) / (performance.now() - began)
  const each = ((processorMs(server) - before) * 1000) / (batches * batchSize)
  const raw = rawInserts(dir, batches)
  console.log(
    `outcomes over HTTP, batches of 100, 4 connections: ${Math.round(perSecond)}/s durable, ${each.toFixed(0)} us of processor time each`,
  )
  console.log(
    `raw node:sqlite insert of the same, WAL FULL: ${Math.round(raw)}/s (ratio ${(perSecond / raw).toFixed(2)})`,
  )
  agent.destroy()
}

/** Of a process, until now: says more than the time that passes while others need the machine. */
function processorMs({ pid }: ChildProcess): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) * 10
}

function batchOf(batch: number) {
  return Array.from({ length: batchSize }, (_, index) => ({
    id: `outcome-${batch}-${index}`,
    feature: 'email-summary',
    version: '0123456789ab',
    unit: `user-${(batch * 31 + index) % 5000}`,
    observedAt: '2026-11-24T09:00:00.000Z',
    latencyMs: 812.5,
    costUsd: 0.00042,
    inputTokens: 512,
    outputTokens: 128,
    servedModel: 'gpt-4.1-2025-04-14',
  }))
}

function rawInserts(dir: string, batches: number): number {
  const database = new DatabaseSync(path.join(dir, 'raw.db'))
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE log (id TEXT PRIMARY KEY, row TEXT)',
  )
  const insert = database.prepare('INSERT INTO log VALUES (?, ?)')
  const rows = Array.from({ length: batches }, (_, batch) => batchOf(batch).map((row) => [row.id, JSON.stringify(row)]))
  const began = performance.now()
  for (const batch of rows) {
    database.exec('BEGIN')
    for (const [id = '', row = ''] of batch) insert.run(id, row)
    database.exec('COMMIT')
  }
  const perSecond = (batches * batchSize * 1000) / (performance.now() - began)
  database.close()
  return perSecond
}

/** From the request that changes something to the arrival of the event at each of 1,000 connections. */
async function broadcast({ url, process: server }: Server): Promise<void> {
  const count = 1000
  const versions = await publishTwo(url, 'email-summary')
  const streams = await listenToStreams(url, token, { count })
  const lasts: number[] = []
  const all: number[] = []
  for (let round = 0; round < 30; round += 1) {
    const arrived = streams.next()
    const began = performance.now()
    await activate(url, 'email-summary', versions[round % 2] ?? '')
    const delays = (await arrived).map((at) => at - began)
    all.push(...delays)
    lasts.push(Math.max(...delays))
  }
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]
  streams.close()
  console.log(
    `change to ${count} connections, ms: p50 ${at(all, 0.5)}, p99 ${at(all, 0.99)}; last of all: median ${at(lasts, 0.5)}, worst ${at(lasts, 1)}`,
  )
  console.log(`memory of the server with ${count} streams: ${Math.round(Number(memory) / 1024)} MB`)
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1)
}

async function largeSnapshot({ url }: Server): Promise<void> {
  for (let index = 0; index < 1000; index += 1) {
    const feature = `feature-${index}`
    await activate(url, feature, await publish(url, feature, `Prompt of ${feature}: {{input}}`))
  }
  const began = performance.now()
  const snapshot = JSON.stringify(await ask(`${url}/v1/snapshot`, 'GET'))
  console.log(
    `snapshot of 1,001 features: ${(snapshot.length / 1024).toFixed(0)} kB in ${(performance.now() - began).toFixed(1)} ms`,
  )
}

/** The same with 3.7 MB of prompts: the whole to everybody, and only what changed to clients that ask for it. */
async function largeBroadcast({ url }: Server): Promise<void> {
  const count = 1000
  const text = 'A long prompt with many examples in it. '.repeat(250)
  for (let index = 0; index < 350; index += 1) {
    await activate(url, `large-${index}`, await publish(url, `large-${index}`, `${index}: ${text}{{input}}`))
  }
  const megabytes = JSON.stringify(await ask(`${url}/v1/snapshot`, 'GET')).length / 1_048_576
  const versions = await publishTwo(url, 'email-summary')
  for (const prefer of ['changes', undefined] as const) {
    const streams = await listenToStreams(url, token, { count, ...(prefer && { prefer }) })
    const lasts: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const arrived = streams.next()
      const began = performance.now()
      await activate(url, 'email-summary', versions[round % 2] ?? '')
      lasts.push(Math.max(...(await arrived)) - began)
    }
    streams.close()
    const what = prefer ? 'what changed' : 'the whole'
    console.log(
      `change to ${count} connections of ${megabytes.toFixed(1)} MB, ${what}, ms: last of all: median ${at(lasts, 0.5)}, worst ${at(lasts, 1)}`,
    )
  }
}

async function publishTwo(url: string, feature: string): Promise<string[]> {
  return [await publish(url, feature, 'Summarise: {{email}}'), await publish(url, feature, 'In short: {{email}}')]
}

async function publish(url: string, feature: string, text: string): Promise<string> {
  const messages = [{ role: 'user' as const, content: text }]
  const content = { messages, model: 'openai:gpt-4.1-2025-04-14', parameters: {}, format: { type: 'text' as const } }
  const id = versionId(content)
  await ask(
    `${url}/v1/features/${feature}/versions`,
    'POST',
    JSON.stringify({ content: { id, ...content, strict: true } }),
  )
  return id
}

async function activate(url: string, feature: string, version: string): Promise<void> {
  const body = { version, reason: 'benchmark', override: { reason: 'benchmark' } }
  await ask(`${url}/v1/features/${feature}/active`, 'PUT', JSON.stringify(body))
}

function ask(url: string, method: string, body = '', agent?: Agent): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(agent && { agent }) }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text))
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
