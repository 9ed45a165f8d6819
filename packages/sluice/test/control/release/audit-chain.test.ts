import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chained, verifyChain } from '../../../src/control/release/audit-chain.ts'
import type { AuditHead, AuditRow } from '../../../src/records/audit-row.ts'

const chain = (length: number): AuditRow[] => {
  const rows: AuditRow[] = []
  for (let index = 0; index < length; index += 1)
    rows.push(
      chained(
        {
          chain: 'summary',
          at: 1000 - index,
          actor: 'ann',
          tokenId: null,
          action: 'active.set',
          reason: `reason ${index}`,
          before: { active: null },
          after: { active: `v${index}` },
          evidence: undefined,
        },
        10 + index,
        rows.at(-1) ?? null,
      ),
    )
  return rows
}

const rows = chain(5)
const headOf = (all: readonly AuditRow[]): AuditHead => all.at(-1) ?? assert.fail()
const head = headOf(rows)

test('a whole chain verifies, also after a trip through JSON Lines with other key order', () => {
  assert.deepEqual(verifyChain(rows, head), { ok: true, rows: 5 })
  assert.deepEqual(verifyChain([]), { ok: true, rows: 0 })
  const exported = rows.map((row) => JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(row).reverse()))))
  assert.deepEqual(verifyChain(exported, head), { ok: true, rows: 5 })
})

test('rows that came after the head was read are no fault', () => {
  assert.deepEqual(verifyChain(rows, rows[2]), { ok: true, rows: 5 })
})

test('the first row follows zeros; each of the others the hash of the one before', () => {
  assert.equal(rows[0]?.previous, '0'.repeat(64))
  assert.equal(rows[3]?.previous, rows[2]?.hash)
  assert.equal(rows[3]?.seq, 4)
})

const faultIn = (changed: readonly AuditRow[], known: AuditHead | undefined = head) => {
  const verdict = verifyChain(changed, known)
  return verdict.ok ? 'none' : `${verdict.fault} ${verdict.seq}`
}

test('an edited field is found in the row that was edited, whichever it is', () => {
  const edits: Partial<AuditRow>[] = [
    { reason: 'x' },
    { actor: 'bob' },
    { at: 0 },
    { revision: 0 },
    { chain: 'other' },
    { tokenId: 't' },
    { action: 'x' },
    { before: 1 },
    { after: {} },
    { evidence: {} },
    { previous: 'f' },
    { hash: 'f' },
  ]
  for (const edit of edits) {
    for (const index of [0, 2, 4])
      assert.equal(
        faultIn(rows.map((row, at) => (at === index ? { ...row, ...edit } : row))),
        `edited ${index + 1}`,
        JSON.stringify(edit),
      )
  }
})

test('an edited row with a new hash is found by the row after it, and the last one by the head', () => {
  const forged = (index: number) => {
    const { chain, at, actor, tokenId, action, before, after, evidence, revision } = rows[index] ?? assert.fail()
    const draft = { chain, at, actor, tokenId, action, before, after, evidence, reason: 'forged' }
    return chained(draft, revision, rows[index - 1] ?? null)
  }
  for (const index of [0, 2, 4])
    assert.equal(faultIn(rows.map((row, at) => (at === index ? forged(index) : row))), `edited ${index + 1}`)
})

test('a removed row is named, and a cut-off end by the head alone', () => {
  assert.equal(faultIn(rows.toSpliced(0, 1)), 'removed 1')
  assert.equal(faultIn(rows.toSpliced(2, 2)), 'removed 3')
  assert.equal(faultIn(rows.slice(0, 3)), 'truncated 4')
  assert.equal(faultIn([]), 'truncated 1')
  assert.deepEqual(verifyChain(rows.slice(0, 3)), { ok: true, rows: 3 })
})

test('swapped and doubled rows are named', () => {
  const [first, second, third, fourth, fifth] = rows as [AuditRow, AuditRow, AuditRow, AuditRow, AuditRow]
  assert.equal(faultIn([first, third, second, fourth, fifth]), 'reordered 3')
  assert.equal(faultIn([first, second, second, third, fourth, fifth]), 'reordered 2')
})

test('the message names the row and what is wrong with it', () => {
  const verdict = verifyChain(rows.toSpliced(2, 1), head)
  assert.equal(!verdict.ok && verdict.message, 'row 3 was removed: row 4 stands in its place')
})
