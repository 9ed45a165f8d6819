import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../../src/control/store/open-store.ts'
import { until } from '../../../support/until.ts'
import { commitsOf, entriesOf, type startWriter as start, startWriter } from './writer-process.ts'

const canLift = spawnSync('prlimit', ['--version']).status === 0
const skip = canLift ? false : 'prlimit is missing'

const failuresOf = ({ promised }: ReturnType<typeof start>) =>
  promised.flatMap((one) => ('failed' in one ? [one.failed] : []))

test('a disk that is full: the error says so, nothing promised is lost, and space makes it work again', {
  skip,
}, async (context) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'sluice-full-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  // No file of the writer may grow beyond 512 KiB, until the limit is lifted.
  const writer = startWriter(context, ['bash', '-c', 'ulimit -S -f 512; exec "$0" "$@"'])
  await writer.begin({ dataDir, round: 0, writers: 4, again: [] })
  await until(() => failuresOf(writer).length >= 8, 'a full disk')
  for (const [fault, retryable, message] of failuresOf(writer)) {
    assert.deepEqual([fault, retryable], ['full', true], message)
    assert.match(message, /^the store \S+control\.db failed: .*free some space/)
  }
  assert.ok(entriesOf(writer.promised).length > 0)

  const before = writer.promised.length
  spawnSync('prlimit', ['--pid', String(writer.pid), '--fsize=unlimited:unlimited'])
  await until(() => entriesOf(writer.promised.slice(before)).length > 300, 'writes after the disk has space again')
  await writer.kill()

  const store = await openStore({ dataDir })
  context.after(() => store.close())
  const stored = (await store.readLog({ after: 0, limit: 1_000_000 })).map(({ id }) => id)
  const known = new Set(stored)
  assert.equal(known.size, stored.length)
  assert.deepEqual(
    entriesOf(writer.promised).filter((id) => !known.has(id)),
    [],
  )
  for (const [chain, seq] of commitsOf(writer.promised)) assert.ok(((await store.auditHead(chain))?.seq ?? 0) >= seq)
})
