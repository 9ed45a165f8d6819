import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { systemClock } from '@sluice/client'
import pg from 'pg'
import { startForecastThread } from '../../../../src/control/server/rollouts/forecast-thread.ts'
import { effortMs } from '../../../../src/control/server/rollouts/forecaster.ts'
import { postgresStore } from '../../../../src/control/store/postgres/postgres-store.ts'
import { sqliteStore } from '../../../../src/control/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { settled } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'
import { startPostgres, withoutPostgres } from '../../../support/store/postgres.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { until } from '../../../support/until.ts'

/** It decides soon, so that little is simulated. */
const settings = {
  signals: { score: 0, errors: 1, slow: 0, safety: 0 },
  stages: [{ percent: 50, soak: '1h' }],
  flagMargin: 0.05,
  patience: '12h',
}
const silent = () => undefined
const started = { settings, acceptUndecided: true, traffic: { requestsPerDay: 300 } }

/** A thread that begins a task only while the gate is open. */
function gatedThread() {
  const shared = new SharedArrayBuffer(4)
  const gate = new Int32Array(shared)
  const begin = () => new Worker(new URL('./gated-forecasts.ts', import.meta.url), { workerData: shared })
  const set = (value: number) => {
    Atomics.store(gate, 0, value)
    Atomics.notify(gate, 0)
  }
  return { begin, open: () => set(1), shut: () => set(0) }
}

test('pages answer while a forecast is computed: they say so, and tell the last one with its time', async () => {
  const { begin, open, shut } = gatedThread()
  const forecaster = startForecastThread({ clock: systemClock, log: silent, begin })
  try {
    await using plane = await testPlane({ forecaster })
    const { canary } = await withTraffic(plane, 300)
    open()
    const { id } = (await startOf(plane, { ...started, version: canary })).body
    shut()
    const who = await signedIn(plane, 'viewer')
    const early = await settled(plane, who.page(`/rollouts/${id}`))
    assert.match(early, /<ul class="plain waits" data-again>/)
    assert.match(early, /When it ends is being computed: look again in some seconds/)
    assert.doesNotMatch(early, /If the canary is as good|The last forecast/)
    for (const path of ['/', '/features/f', '/instances']) await who.page(path)
    open()
    const shown = async () => {
      plane.clock.advance(1000)
      return settled(plane, who.page(`/rollouts/${id}`))
    }
    await until(async () => (await shown()).includes('If the canary is as good'), 'the forecast')
    const known = await shown()
    const time = /<li>How it ends, as computed (24 Nov \d\d:\d\dZ):<\/li><li>In the next four days/.exec(known)?.[1]
    assert.ok(time, known)
    assert.doesNotMatch(known, /data-again|being computed/)
    shut()
    plane.clock.advance(11 * 60_000)
    const old = await settled(plane, who.page(`/rollouts/${id}`))
    assert.match(old, /being computed: look .*<li>The last forecast, of .*If the canary is as good/)
    assert.ok(old.includes(`<li>The last forecast, of ${time}:</li>`), old)
    open()
    const next = /<li>How it ends, as computed (24 Nov \d\d:\d\dZ):/
    await until(async () => ![undefined, time].includes(next.exec(await shown())?.[1]), 'the next forecast')
  } finally {
    open()
    await forecaster.close()
  }
})

/** It ends with its first task. */
const dying = () =>
  new Worker('require("node:worker_threads").parentPort.once("message", () => process.exit(7))', { eval: true })

test('a thread that ends is told of on pages, and begun again after waits that grow', async () => {
  const clock = manualClock()
  const threads = { begun: 0, die: true }
  const { begin, open } = gatedThread()
  open()
  const forecaster = startForecastThread({
    ...{ clock, log: silent },
    begin() {
      threads.begun += 1
      if (threads.begun === 3) throw new Error('no memory')
      return threads.begun > 3 ? begin() : dying()
    },
  })
  try {
    await using plane = await testPlane({
      ...{ forecaster, manual: clock },
      // The clock stands still, also where the forecast is asked for again and again.
      settings: { rate: { perSecond: 1e9, burst: 1e9 } },
    })
    const { canary } = await withTraffic(plane, 300)
    const { status, body } = await startOf(plane, { version: canary, settings })
    assert.deepEqual([status, body.code], [503, 'forecasts-failed'])
    assert.match(body.detail, /the thread for it has ended \(exit code 7\). It is started again at 09:00:01Z\./)
    assert.match(body.detail, /To start it anyway: acceptUndecided/)
    const { id } = (await startOf(plane, { version: canary, settings, acceptUndecided: true })).body
    assert.ok(id, 'whoever accepts that needs no forecast')
    const who = await signedIn(plane, 'viewer')
    const shown = async (atOnce = false) => {
      if (!atOnce) clock.advance(1000)
      return who.page(`/rollouts/${id}`)
    }
    assert.match(
      await shown(true),
      /<li>When a rollout ends cannot be computed at present: the thread for it has ended/,
    )
    assert.equal(threads.begun, 1, 'it rests')
    assert.match(await shown(), /started again at 09:00:03Z/, 'it ended once more, and rests twice as long')
    assert.match(await shown(), /started again at 09:00:03Z/)
    assert.match(await who.page('/'), /<b>forecasts<\/b> fails \(thread-ended, 2 times in a row/)
    assert.equal(threads.begun, 2)
    assert.match(await shown(), /the thread for it cannot be started \(no memory\)\. It is started again at 09:00:07Z/)
    clock.advance(4000)
    // On a machine whose cores are busy it may come too late, and is asked for again.
    const isShown = async () =>
      /How it ends, as computed 24 Nov 09:00Z.*If the canary is as good/.test(await shown(true))
    await until(isShown, 'the forecast')
    assert.equal(threads.begun, 4)
    assert.doesNotMatch(await who.page('/'), /thread-ended/)
  } finally {
    await forecaster.close()
  }
})

test('a thread that does not end by itself is ended', async () => {
  const clock = manualClock()
  const { begin } = gatedThread()
  const forecaster = startForecastThread({ clock, log: silent, begin, limitMs: 1000 })
  await using plane = await testPlane({ forecaster, manual: clock })
  const { canary } = await withTraffic(plane, 300)
  const { status, body } = await settled(plane, startOf(plane, { version: canary, settings }))
  assert.equal(status, 503)
  assert.match(body.detail, /the thread for it took longer than 1 s/)
  await forecaster.close()
})

test('a count that waits or fails neither delays forecasts nor counts as a failure of them', async () => {
  const logged: string[] = []
  const [traffic, forecasts] = [gatedThread(), gatedThread()]
  forecasts.open()
  const forecaster = startForecastThread({
    clock: systemClock,
    log: (level, message) => logged.push(`${level}: ${message}`),
    begin: (name) => (name === 'traffic' ? traffic : forecasts).begin(),
  })
  try {
    const place = { file: path.join(temporaryFolder('no-log'), 'missing.db') }
    const count = assert.rejects(forecaster.traffic?.({ place, feature: 'f', now: 0 }) ?? assert.fail())
    const judging = { judged: 0, judgedIncumbents: 0, judgeUsd: null }
    const asked = { requestsPerDay: 300, users: null, perVisit: 1, errorRate: 0, deviation: 0.2, ...judging }
    const question = { traffic: asked, measured: null, settings: rolloutSettingsSchema.parse(settings), start: 0 }
    assert.notEqual(await forecaster.end(question), undefined)
    traffic.open()
    await count
    assert.deepEqual(logged, ['warn: the traffic of a feature could not be counted'])
    assert.equal(forecaster.fault(), null)
  } finally {
    traffic.open()
    await forecaster.close()
  }
})

test('SQLite: traffic is counted in a thread, and not in that of the server where that one fails', async () => {
  await countsTraffic(await sqliteStore(temporaryFolder('traffic')))
})

test('PostgreSQL: traffic is counted in a thread, which keeps its connection, and not in that of the server where that one fails', {
  skip: withoutPostgres,
}, async () => {
  await using database = await startPostgres()
  const client = new pg.Client(database.url)
  await client.connect()
  const reading = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT seq, id, feature%'"
  const seen: number[] = []
  await countsTraffic(await postgresStore(database.url), async () => {
    for (const { pid } of (await client.query(reading)).rows) seen.push(pid)
  })
  await client.end()
  assert.equal(seen.length, 2)
  assert.equal(seen[0], seen[1])
})

async function countsTraffic(stored: Store, afterCount = async () => {}): Promise<void> {
  let readHere = 0
  const readLog: typeof stored.readLog = (page) => {
    readHere += 1
    return stored.readLog(page)
  }
  const threads = { begun: 0 }
  const { begin, open } = gatedThread()
  open()
  const clock = manualClock()
  const forecaster = startForecastThread({
    ...{ clock, log: silent },
    begin: () => {
      threads.begun += 1
      return threads.begun === 1 ? dying() : begin()
    },
  })
  try {
    await using plane = await testPlane({ forecaster, manual: clock, store: { ...stored, readLog } })
    const { canary } = await withTraffic(plane, 300)
    const traffic = async () => {
      plane.clock.advance(11 * 60_000)
      readHere = 0
      const { body } = await plane.ask(`GET /v1/features/f/versions/${canary}/traffic`, { as: 'viewer' })
      return [body.code ?? body.traffic.users, readHere > 0]
    }
    assert.deepEqual(await traffic(), ['traffic-uncounted', false])
    assert.deepEqual([threads.begun, forecaster.fault()], [1, null])
    // Meanwhile it has rested.
    for (const _ of [1, 2]) {
      assert.deepEqual(await traffic(), [300, false])
      await afterCount()
    }
  } finally {
    await forecaster.close()
    await stored.close()
  }
}

test('a forecast has its time of the processor where others keep that busy, and not without end', () => {
  assert.equal(effortMs({ passedMs: 10_000, usedMs: 100 }), 2000)
  assert.equal(effortMs({ passedMs: 3100, usedMs: 3000 }), 3000)
  assert.equal(effortMs({ passedMs: 3100, usedMs: null }), 3100)
})
