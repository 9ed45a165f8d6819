// What routing costs an application: a decision, a whole request, the bytes of the client; beside other flag clients.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { type FeatureSnapshot, routeUnit, SluiceClient, type Snapshot } from '../../packages/client/src/index.ts'
import { bundleClient } from '../../packages/client/test/support/bundle.ts'

const prompt = { model: 'openai:gpt-4.1', parameters: {}, format: { type: 'text' as const }, strict: true }
const messages = [{ role: 'user' as const, content: 'Summarise: {{email}}' }]
const feature: FeatureSnapshot = {
  active: 'incumbent',
  rollout: {
    ...{ id: 'r-1', algorithm: 'murmur3-x86-32/ppm', salt: '59210bb7ad33d4dac7aeff6045af817b', stage: 1, ppm: 100_000 },
    ...{ incumbent: 'incumbent', canary: 'canary' },
  },
  versions: {
    incumbent: { id: 'incumbent', messages, ...prompt },
    canary: { id: 'canary', messages, ...prompt },
  },
}

/** Prints what it measures. `flags`: a folder with the bench of other clients, installed. */
export async function benchClient({ flags }: { flags?: string | undefined }): Promise<void> {
  decisions()
  await requests()
  await size()
  if (flags) peers(flags)
}

/** As the bench of the others: distinct keys, a warm-up, the median of five passes; in processor time, whatever else the machine does. */
function decisions(): void {
  const units = Array.from({ length: 1_000_000 }, (_, index) => `user-${String(index).padStart(10, '0')}`)
  const passes = Array.from({ length: 6 }, () => {
    const began = process.cpuUsage().user
    let canaries = 0
    for (const unit of units) if (routeUnit(feature, unit).arm === 'canary') canaries += 1
    if (Math.abs(canaries - 100_000) > 1500) throw new Error(`${canaries} of 1,000,000 in the canary at 10 %`)
    // Microseconds for a million.
    return (process.cpuUsage().user - began) / 1000
  })
  console.log(`routeUnit: ${Math.round(quantile(passes.slice(1), 0.5))} ns of processor time a decision (target 400)`)
}

/** Everything that the client adds to a request: the route, the run around an empty call, the outcome queued. */
async function requests(): Promise<void> {
  const bootstrap: Snapshot = {
    schema: 'sluice.snapshot/1',
    epoch: 'e',
    revision: 1,
    hash: 'h',
    features: { mail: feature },
  }
  const client = new SluiceClient({
    url: 'http://127.0.0.1',
    fetch: answering(bootstrap),
    bootstrap,
    queueCapacity: 1000,
  })
  await client.ready({ timeoutMs: 100 })
  const costs: number[] = []
  for (let index = 0; index < 50_000; index += 1) {
    const began = performance.now()
    const route = client.route('mail', `user-${index}`)
    await route.run(async () => 'summary')
    costs.push((performance.now() - began) * 1000)
  }
  await client.close()
  const steady = costs.slice(10_000)
  console.log(
    `added to a request: p50 ${quantile(steady, 0.5).toFixed(1)} us, p99 ${quantile(steady, 0.99).toFixed(1)} us`,
  )
}

/** A control plane that has this snapshot, proves its age and takes every outcome; its stream never begins. */
function answering(held: Snapshot): typeof fetch {
  return async (input, init) => {
    const { pathname } = new URL(String(input))
    if (pathname === '/v1/stream') return new Promise<Response>(() => {})
    const nonce = new Headers(init?.headers).get('sluice-nonce') ?? ''
    const headers = { 'sluice-nonce': nonce, 'sluice-read-age': '0' }
    const { epoch, revision, hash } = held
    const known = { epoch, revision, hash, known: true, heartbeatMs: 10_000 }
    const taken = { accepted: 1, duplicates: 0, rejected: [] }
    return Response.json(pathname === '/v1/snapshot' ? held : pathname === '/v1/acks' ? known : taken, { headers })
  }
}

async function size(): Promise<void> {
  const { start, later } = await bundleClient()
  const whole = await bundleClient({ splitting: false })
  console.log(
    `client bundle, minified and gzipped: ${start} bytes at the start (target 10,000), later ${JSON.stringify(later)}; in one file ${whole.start}`,
  )
}

function peers(folder: string): void {
  const env = { ...process.env, N: '300000', N_ASYNC: '50000', RUNS: '3' }
  const { stdout, stderr } = spawnSync(process.execPath, ['bench.mjs', 'sdk'], { cwd: folder, env, encoding: 'utf8' })
  console.log(`others, by ${path.basename(folder)}/bench.mjs in the same run:\n${stdout}${stderr}`)
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}
