/**
 * A control plane on a virtual clock and an application with simulated users, in one process. Everything but the clock, the
 * users and the models is what `sluice serve` and a real application run. Each line on stdin is a number of hours: as long,
 * or until the rollout ends, time passes. Prints a JSON line with the address first, and one after each of them.
 */
import { createInterface } from 'node:readline'
import { SluiceClient, systemClock } from '@sluice/client'
import { createRedactors } from '../packages/sluice/src/control/live/redact.ts'
import { hasEnded } from '../packages/sluice/src/control/release/rollout-state.ts'
import { createControlPlane } from '../packages/sluice/src/control/server/control-plane.ts'
import { startEngine } from '../packages/sluice/src/control/server/engine.ts'
import { listen } from '../packages/sluice/src/control/server/http/listen.ts'
import { createLog } from '../packages/sluice/src/control/server/log.ts'
import { createMetrics } from '../packages/sluice/src/control/server/metrics/metrics.ts'
import { createLiveJudge } from '../packages/sluice/src/control/server/serve/live-judging.ts'
import { seedAdmin } from '../packages/sluice/src/control/server/tokens.ts'
import { virtualClock } from '../packages/sluice/src/control/simulate/virtual-clock.ts'
import { memoryStore } from '../packages/sluice/src/control/store/memory/memory-store.ts'
import { loadConfig } from '../packages/sluice/src/core/suite/config/load-config.ts'
import { diskFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import { seededRandom } from '../packages/sluice/src/stats/random.ts'
import { createUsers } from './users.ts'

const feature = 'email-summary'
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const random = seededRandom(20_261_019)
const uniform = () => random.uniform()
const randomBytes = (size: number) => Uint8Array.from({ length: size }, () => Math.floor(256 * uniform()))
const clock = virtualClock(Date.now())
const { SLUICE_ADMIN_TOKEN: token = '' } = process.env

const root = process.cwd()
const files = diskFiles(root)
const { config } = await loadConfig(files, root)
const store = memoryStore()
const redactors = createRedactors({ root, clock: systemClock })
await seedAdmin(store, clock, token)
const log = createLog((line) => void process.stderr.write(line), clock.now, 'warn')
const metrics = createMetrics()
const engine = startEngine({
  ...{ store, clock, random: uniform, log, metrics, keepLogMs: 90 * 24 * hourMs },
  everyMs: { control: minuteMs, drift: hourMs },
  judge: createLiveJudge(config, { env: {}, files }),
  redactorOf: redactors.redactorOf,
  redactTextsOf: redactors.redactTextsOf,
  nightsOf: () => [],
  notify: {
    ...{ channels: [], project: 'demo', linkTo: () => undefined },
    deliver: { fetch, random: uniform, sleep: async () => undefined },
  },
})
const { captureContents, engineState } = engine
const plane = await createControlPlane({
  ...{ store, clock, randomBytes, log, metrics, captureContents, engineState },
  threadLoad: null,
})
const { url } = await listen(plane, { host: '127.0.0.1', port: 0 })
// Each batch is a pass over all evidence: on a virtual clock rare ones are as good, and much sooner done.
const client = new SluiceClient({
  ...{ url, token, clock, random: uniform, instance: 'host-1', flushMs: minuteMs },
  newId: () => Buffer.from(randomBytes(16)).toString('hex'),
  fetch: async (input, init) => plane.fetch(new Request(input, init)),
})
const users = await createUsers({ config, files, random })
console.log(JSON.stringify({ url }))

for await (const hours of createInterface({ input: process.stdin })) {
  const requests = await pass(Number(hours) * hourMs)
  console.log(JSON.stringify({ requests }))
}
process.exit()

/** Lets time pass with its traffic; returns how many requests there were. */
async function pass(ms: number): Promise<number> {
  const end = clock.now() + ms
  let requests = 0
  for (let minute = clock.now(); clock.now() < end && !(await isOver()); minute += minuteMs) {
    for (const at of users.arrivals(minute)) {
      await clock.runUntil(at)
      await users.ask(client.route(feature, users.someone()))
      requests += 1
    }
    await clock.runUntil(minute + minuteMs)
  }
  return requests
}

async function isOver(): Promise<boolean> {
  const rollout = (await store.feature(feature))?.rollout
  return !rollout || hasEnded(rollout)
}
