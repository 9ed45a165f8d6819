import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeModel, judgement } from '../../packages/sluice/test/support/fake-model.ts'
import { startServer } from './plane.ts'
import type { Row } from './table.ts'
import { arrivals, sendAll, startCanary } from './traffic.ts'

const latencyMs = 100
const requests = 1000
const rubric = [{ id: 'actions', ask: 'Are all action items there?' }]
const judge = { model: 'local:judge', parameters: {} }
const live = { store: true, judge: { percent: 100, budgetUsdPerDay: 100 } }

/** Requests with input and output, judged by a model on loopback that takes 100 ms. */
export async function benchJudging(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  await using model = await fakeModel(async () => {
    await wait(latencyMs)
    return judgement({ actions: 'yes' }, 'Summary')
  })
  const config = `providers: {local: {kind: openai-compatible, baseURL: "${model.url}"}}\nprices: {"local:*": {input: 1, output: 1}}\n`
  writeFileSync(path.join(folder, 'sluice.yaml'), config)
  const server = await startServer(folder)
  try {
    const rollout = await startCanary(server, { percent: 50, more: { rubric, judge, live } })
    const more = { input: { email: 'Dear Ann' }, output: 'Summary', captured: 1 }
    const began = performance.now()
    await sendAll(server, arrivals({ name: 'judged', count: requests, rollout, more }))
    while (model.requests.length < requests && performance.now() - began < 120_000) await wait(20)
    const perSecond = (model.requests.length * 1000) / (performance.now() - began)
    return [
      {
        what: `live requests judged by a model that takes ${latencyMs} ms`,
        measured: `${perSecond.toFixed(0)}/s`,
        target: '>= 50/s',
        holds: perSecond >= 50,
      },
    ]
  } finally {
    await server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}
