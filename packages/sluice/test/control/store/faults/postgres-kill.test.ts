import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import { openStore } from '../../../../src/control/store/open-store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { seededRandom } from '../../../../src/stats/random.ts'
import { startPostgres, withoutPostgres } from '../../../support/store/postgres.ts'
import { change, request, start } from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

const kills = 4
const writesPerKill = 200
const writers = 8
const seed = 7

/** Repeats a call until the store answers, as a caller with ids of its own may. */
async function persist<T>(failures: StoreError[], call: () => Promise<T>): Promise<T> {
  for (;;) {
    const began = performance.now()
    try {
      return await call()
    } catch (error) {
      assert.ok(error instanceof StoreError && error.retryable, String(error))
      assert.ok(performance.now() - began < 60_000, 'it rejects rather than hang')
      failures.push(error)
      await wait(20)
    }
  }
}

test('PostgreSQL killed while 8 write: what was promised is there, nothing twice', {
  skip: withoutPostgres,
}, async (context) => {
  await using server = await startPostgres()
  const store = await openStore({ dataDir: '', databaseUrl: server.url })
  const random = seededRandom(seed)
  const failures: StoreError[] = []
  const promised: string[] = []
  let commits = 0
  let writing = true
  context.after(() => {
    writing = false
    return store.close()
  })
  const write = async (writer: number) => {
    for (let call = 0; writing; call += 1) {
      const key = `${writer}-${call}`
      await persist(failures, () => store.append([request(`${key}-a`), request(`${key}-b`)]))
      promised.push(`${key}-a`, `${key}-b`)
      if (call % 5 > 0) continue
      const remember = { key, requestHash: key, status: 200, body: null, at: start }
      await persist(failures, () => store.commit(change(`chain-${writer}`, { remember })))
      commits += 1
    }
  }
  const lease = await store.lead('controller')
  const writing8 = Array.from({ length: writers }, (_, writer) => write(writer))

  for (let kill = 0; kill < kills; kill += 1) {
    const [moment, before] = [promised.length + writesPerKill * (0.5 + random.uniform()), failures.length]
    await until(() => promised.length >= moment, `write ${Math.round(moment)}`)
    server.kill()
    await until(() => failures.length > before, 'a failure')
    await server.restart()
  }
  const end = promised.length + 50
  await until(() => promised.length >= end, 'writes after the last restart')
  writing = false
  await Promise.all(writing8)

  assert.ok(failures.every(({ fault }) => fault === 'unreachable'))
  const stored = (await store.readLog({ after: 0, limit: 1_000_000 })).map(({ id }) => id)
  assert.deepEqual(stored.toSorted(), promised.toSorted(), `seed ${seed}`)
  assert.equal(await store.revision(), commits)
  for (let writer = 0; writer < writers; writer += 1) {
    const head = await store.auditHead(`chain-${writer}`)
    assert.ok(verifyChain(await store.audit(`chain-${writer}`), head).ok)
  }
  await until(async () => lease?.held() === true || (await store.lead('controller'))?.held() === true, 'a lease')
})
