import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateReport, promptVersion, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

async function act(plane: TestPlane, count: number, action = 'rollout.alert'): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await plane.store.commit({
      audit: {
        ...{ chain: 'mail', at: plane.clock.now(), actor: index % 2 === 0 ? 'ann' : 'bob', tokenId: null, action },
        ...{ reason: `reason ${index}`, before: null, after: null, evidence: null },
      },
    })
}

const rowsIn = (page: string) => [...page.matchAll(/id="row-(\d+)"/g)].map(([, seq]) => Number(seq))

test('the audit log is listed from its end, filtered by act, actor and time, and says which rows were read', async () => {
  await using plane = await testPlane()
  await plane.publish('mail', 'a')
  await act(plane, 60)
  const ann = await signedIn(plane, 'viewer')
  const first = await ann.page('/audit/mail')
  assert.deepEqual([rowsIn(first).length, rowsIn(first)[0], rowsIn(first).at(-1)], [25, 61, 37])
  assert.match(first, /href="\/audit\/mail\?before=37" rel="next"/)
  assert.deepEqual(rowsIn(await ann.page('/audit/mail?before=13')), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  const published = await ann.page('/audit/mail?act=PUBLISH')
  assert.deepEqual(rowsIn(published), [1])
  assert.match(text(published), /Rows 1 to 61 were read/)
  assert.deepEqual(rowsIn(await ann.page('/audit/mail?actor=bob&before=6')), [5, 3])
  assert.match(
    text(await ann.page('/audit/mail?until=2026-11-23')),
    /None of the rows that were read matches this filter/,
  )
  assert.match(text(await ann.page('/audit/mail?before=1')), /There are no rows before this one\./)
  assert.equal(rowsIn(await ann.page('/audit/mail?from=2026-11-24&until=2026-11-24')).length, 25)
  assert.equal(rowsIn(await ann.page('/audit/mail?from=then&before=x')).length, 25)
})

test('the audit log calls versions by their labels, also where their publishing is on another page', async () => {
  await using plane = await testPlane()
  const labelled = { ...promptVersion('a'), label: '1.0' }
  const { id: first } = labelled
  const body = { content: labelled, report: gateReport('mail', first) }
  assert.equal((await plane.ask('POST /v1/features/mail/versions', { as: 'ci', body })).status, 201)
  const next = await plane.publish('mail', 'b')
  for (const version of [first, next])
    await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version, reason: 'launch' } })
  const ann = await signedIn(plane, 'viewer')
  const listed = text(await ann.page('/audit/mail?act=active'))
  assert.ok(listed.includes(`nothing -&gt; 1.0 (${first})`), listed)
  assert.ok(listed.includes(`1.0 (${first}) -&gt; ${next}`), listed)
})

test('a chain is verified in parts, says what was verified, and names the row where it does not hold', async () => {
  await using plane = await testPlane()
  await plane.publish('mail', 'a')
  await act(plane, 450)
  const ann = await signedIn(plane, 'viewer')
  assert.match(
    text(await ann.page('/audit/mail/verification')),
    /✓ All 451 rows are as they were written .*What this does not show/,
  )
  const { audit } = plane.store
  const tampered = (change: (rows: Awaited<ReturnType<typeof audit>>) => Awaited<ReturnType<typeof audit>>) => {
    plane.store.audit = async (chain, page) => change(await audit(chain, page))
  }
  let reads = 0
  tampered((rows) => {
    reads += 1
    return rows
  })
  await Promise.all([ann.page('/audit/mail/verification'), ann.page('/audit/mail/verification')])
  assert.equal(reads, 3, 'who asks meanwhile waits for the same result')
  tampered((rows) => rows.map((row) => (row.seq === 300 ? { ...row, reason: 'nothing' } : row)))
  assert.match(text(await ann.page('/audit/mail/verification')), /✕ The chain does not hold: row 300 was edited/)
  tampered((rows) => rows.filter(({ seq }) => seq !== 250))
  assert.match(text(await ann.page('/audit/mail/verification')), /row 250 was removed/)
  plane.clock.advance(1000)
  const missing = await ann.page('/audit/mail?before=255')
  assert.match(text(missing), /1 row here cannot be read/)
  tampered((rows) => rows.filter(({ seq }) => seq <= 440))
  assert.match(text(await ann.page('/audit/mail/verification')), /row 441 was truncated/)
})

test('the export is a file that can be verified without the server', async () => {
  await using plane = await testPlane()
  await plane.publish('mail', 'a')
  const response = await (await signedIn(plane, 'viewer')).get('/audit/mail/export')
  assert.equal(response.headers.get('content-disposition'), 'attachment; filename="sluice-audit-mail.jsonl"')
  const lines = (await response.text()).trim().split('\n')
  assert.equal(lines.length, 2)
  assert.equal(JSON.parse(lines[1] ?? '').head.seq, 1)
})
