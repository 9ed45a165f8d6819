import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinedReads } from '../../../src/control/store/postgres/joined-reads.ts'

const rows = new Map([
  ['a', 1],
  ['b', 2],
])

/** Reads that note which keys were asked for in each query. */
function notedReads(): { read: (key: string) => Promise<number | undefined>; queries: string[][] } {
  const queries: string[][] = []
  const read = joinedReads(async (keys) => {
    queries.push([...keys])
    return new Map([...rows].filter(([key]) => keys.includes(key)))
  })
  return { read, queries }
}

test('reads of one turn are one query, each key once, and a key without a row has none', async () => {
  const { read, queries } = notedReads()
  const later = Promise.resolve().then(() => read('b'))
  assert.deepEqual(await Promise.all([read('a'), read('c'), read('a'), later]), [1, undefined, 1, 2])
  assert.deepEqual(queries, [['a', 'c', 'b']])
})

test('what is asked for while a query is under way is read by the next one', async () => {
  const { read, queries } = notedReads()
  const first = read('a')
  await new Promise(setImmediate)
  assert.deepEqual(await Promise.all([first, read('a')]), [1, 1])
  assert.deepEqual(queries, [['a'], ['a']])
})

test('a query that fails fails all of its reads, and no later one', async () => {
  let isDown = true
  const read = joinedReads(async () => {
    if (isDown) throw new Error('the database is down')
    return rows
  })
  const failed = await Promise.allSettled([read('a'), read('b')])
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  isDown = false
  assert.equal(await read('a'), 1)
})
