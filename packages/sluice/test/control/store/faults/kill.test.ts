import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { verifyChain } from '../../../../src/control/release/audit-chain.ts'
import { openStore } from '../../../../src/control/store/open-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { seededRandom } from '../../../../src/stats/random.ts'
import { until } from '../../../support/until.ts'
import { commitsOf, entriesOf, startWriter } from './writer-process.ts'

const kills = 5
const writesPerKill = 500
const writers = 8
const seed = 5

/** All ids in the log beyond `after`, in order. */
async function idsAfter(store: Store, after: number): Promise<{ ids: string[]; last: number }> {
  const page = await store.readLog({ after, limit: 100_000 })
  return { ids: page.map(({ id }) => id), last: page.at(-1)?.seq ?? after }
}

async function auditRows(store: Store): Promise<Map<string, number>> {
  const rows = new Map<string, number>()
  for (let writer = 0; writer < writers; writer += 1) {
    const chain = `chain-${writer}`
    const head = await store.auditHead(chain)
    const audit = await store.audit(chain)
    assert.deepEqual(verifyChain(audit, head), { ok: true, rows: audit.length })
    rows.set(chain, audit.length)
  }
  return rows
}

test(`killed ${kills} times within ${kills * writesPerKill} writes: what was promised is there, nothing twice`, async (context) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'sluice-kill-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const random = seededRandom(seed)
  const seen = new Set<string>()
  let last = 0
  let again: string[] = []
  let writes = 0
  let next = startWriter(context)
  for (let round = 0; round < kills; round += 1) {
    const writer = next
    await writer.begin({ dataDir, round, writers, again })
    next = startWriter(context)
    const moment = Math.ceil(writesPerKill * (0.5 + random.uniform()))
    await until(() => writer.promised.length >= moment, `write ${moment} of round ${round}`)
    await writer.kill()

    const store = await openStore({ dataDir })
    const { ids, last: lastNow } = await idsAfter(store, last)
    for (const id of ids) {
      assert.ok(!seen.has(id), `${id} is there twice`)
      seen.add(id)
    }
    assert.equal(ids.length % 3, 0, 'an append is there wholly or not at all')
    const promised = entriesOf(writer.promised)
    assert.deepEqual(
      promised.filter((id) => !seen.has(id)),
      [],
      `lost in round ${round}, seed ${seed}`,
    )
    const rows = await auditRows(store)
    for (const [chain, seq] of commitsOf(writer.promised)) assert.ok((rows.get(chain) ?? 0) >= seq, `${chain} ${seq}`)
    assert.equal(
      await store.revision(),
      [...rows.values()].reduce((sum, count) => sum + count, 0),
    )
    await store.close()
    const repeated = writer.promised.find((one) => 'again' in one)
    assert.ok(round === 0 || repeated?.again.every((result) => result === 'duplicate'))
    again = promised.slice(-30)
    last = lastNow
    writes += writer.promised.length
  }
  await next.kill()
  assert.ok(writes > 0.9 * kills * writesPerKill, `${writes} writes`)
})
