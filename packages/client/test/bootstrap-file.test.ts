import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { virtualClock } from '../../sluice/src/control/simulate/virtual-clock.ts'
import { until } from '../../sluice/test/support/until.ts'
import { createBootstrapFile } from '../src/snapshot/bootstrap-file.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot, version } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

function place(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bootstrap-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, 'snapshot.json')
}

test('many writers of one process id leave a whole file at every moment, and nothing beside it', async (context) => {
  const file = place(context)
  const said: string[] = []
  const clock = virtualClock(0)
  const report = (_level: string, _code: string, message: string) => said.push(message)
  const writers = Array.from({ length: 8 }, () => createBootstrapFile(file, { clock, report }))
  const messages = [{ role: 'user' as const, content: 'long '.repeat(100_000) }]
  let busy = true
  let torn = 0
  const reading = (async () => {
    while (busy) {
      const read = (await createBootstrapFile(file, { clock, report }).load()) as { features?: object } | undefined
      if (read && !read.features) torn += 1
    }
  })()
  for (let revision = 1; revision <= 5; revision += 1) {
    const feature = featureWith(undefined, { versions: { a: { ...version('a'), messages } } })
    for (const writer of writers) writer.save(snapshot(revision, feature))
    await Promise.all(writers.map((writer) => writer.flush()))
  }
  busy = false
  await reading
  assert.deepEqual([torn, said, readdirSync(path.dirname(file))], [0, [], ['snapshot.json']])
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).revision, 5)
})

test('the file is written at once, then not more than once a second, and what waits before the end', async (context) => {
  const file = place(context)
  const plane = fakePlane(snapshot(1))
  const written = () => JSON.parse(readFileSync(file, 'utf8')).revision
  // One of before, which others could read.
  writeFileSync(file, '{}', { mode: 0o644 })
  {
    await using started = await startClient(plane, { bootstrap: file })
    await until(() => written() === 1, 'the file')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    for (let revision = 2; revision <= 9; revision += 1) {
      plane.publish(snapshot(revision))
      await started.clock.settle()
    }
    assert.equal(written(), 1)
  }
  assert.equal(written(), 9)
})

test('a file that is torn, foreign or cannot be written is told, and changes nothing', async (context) => {
  const file = place(context)
  for (const text of ['{"schema": "sluice.snap', '<h1>Welcome</h1>', '{"schema":"another/1"}', 'null', '']) {
    writeFileSync(file, text)
    const plane = fakePlane(snapshot(1))
    plane.interfere(() => new Error('unreachable'))
    await using started = await startClient(plane, { bootstrap: file })
    const ready = started.client.ready({ timeoutMs: 1 })
    await started.pass(2)
    assert.equal(await ready, 'none')
    assert.ok(
      started.diagnostics.some(({ code }) => code === 'bootstrap' || code === 'invalid-snapshot'),
      text,
    )
  }
  const occupied = path.join(path.dirname(file), 'folder')
  mkdirSync(occupied)
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { bootstrap: occupied })
  await started.client.close()
  assert.ok(started.diagnostics.some(({ code, message }) => code === 'bootstrap' && message.includes('be written')))
  assert.deepEqual(readdirSync(path.dirname(file)).sort(), ['folder', 'snapshot.json'])
  assert.equal(started.client.route('mail', 'ann').version, 'a')
})
