// npm run fuzz -- [--requests n] [--seed n]: requests made from the control plane's own contract against a real
// `sluice serve`. Fails at a 5xx, an answer that the contract does not know, a crash, or no answer within 20 s.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { gateReport, promptVersion } from '../packages/sluice/test/support/control-plane/control-plane.ts'
import { type Contract, fuzz } from '../packages/sluice/test/support/fuzz.ts'

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } })
const requests = Number(values.requests ?? 20_000)
const seed = Number(values.seed ?? 1)
const token = 'a-token-for-the-fuzzer'
const bin = path.join(import.meta.dirname, '../packages/sluice/bin/sluice.cjs')
const dir = mkdtempSync(path.join(tmpdir(), 'sluice-fuzz-'))
const env = { ...process.env, SLUICE_ADMIN_TOKEN: token }
const server = spawn(process.execPath, [bin, 'serve', '--port', '0', '--data', dir, '--log-level', 'info'], {
  env,
  stdio: ['ignore', 'ignore', 'pipe'],
})

const url = await new Promise<string>((resolve, reject) => {
  let log = ''
  server.once('close', () => reject(new Error(log)))
  server.stderr.on('data', (text) => {
    if (log.length < 10_000) log += text
    const found = /"url":"([^"]+)"/.exec(log)?.[1]
    if (found) resolve(found)
  })
})

async function post(method: string, address: string, body: unknown): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(url + address, { method, headers, body: JSON.stringify(body) })
  return (await response.json()) as { id: string }
}

try {
  const versions = [promptVersion('a'), promptVersion('b')]
  for (const content of versions)
    await post('POST', '/v1/features/f/versions', { content, report: gateReport('f', content.id) })
  await post('PUT', '/v1/features/f/active', { version: versions[0]?.id, reason: 'launch' })
  const { id } = await post('POST', '/v1/features/f/rollouts', { version: versions[1]?.id })
  const contract = (await (await fetch(`${url}/openapi.json`)).json()) as Contract
  const began = performance.now()
  const known = { feature: ['f', '_system'], rollout: [id], key: ['f'] }
  const send = async (address: string, init: RequestInit) => {
    const response = await fetch(url + address, init)
    // More of the token's requests than its rate allows: the same again a little later.
    if (response.status !== 429) return response
    await response.body?.cancel()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return fetch(url + address, init)
  }
  const statuses = await fuzz(contract, { requests, seed, token, known, send })
  const alive = (await fetch(`${url}/readyz`)).status
  const seconds = (performance.now() - began) / 1000
  console.log(`${requests} requests (seed ${seed}) in ${seconds.toFixed(0)} s; readyz ${alive}; answers by status:`)
  console.table(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))
  if (alive !== 200 || server.exitCode !== null) process.exitCode = 1
} finally {
  server.kill('SIGKILL')
  await new Promise((resolve) => server.once('close', resolve))
  rmSync(dir, { recursive: true, force: true })
}
