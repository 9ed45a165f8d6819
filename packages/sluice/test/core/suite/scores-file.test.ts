import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { readScores } from '../../../src/core/suite/scores-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-scores-'))
after(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 's.jsonl')

function read(text: string | Uint8Array) {
  writeFileSync(file, text)
  return readScores(file)
}

async function faults(text: string | Uint8Array): Promise<string[]> {
  const error: unknown = await read(text).then(
    () => new Error('no fault'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Error)
  return error.message.replaceAll(`${folder}/`, '').split('\n')
}

test('rows get their defaults; null is no value', async () => {
  const rows = await read(`\ufeff{"id":"a","score":0.5}\r
{"id":"a","score":1,"repeat":2,"tags":["core"],"weight":2,"cluster":"c","critical":true,"costUsd":0.1,"latencyMs":5}\r
\r
{"id":"b","score":null,"error":"timeout","tags":null,"repeat":null,"cluster":null}`)
  const defaults = { repeat: 1, tags: [], weight: 1, critical: false }
  assert.deepEqual(rows, [
    { ...defaults, id: 'a', score: 0.5, line: 1 },
    {
      id: 'a',
      score: 1,
      repeat: 2,
      tags: ['core'],
      weight: 2,
      cluster: 'c',
      critical: true,
      costUsd: 0.1,
      latencyMs: 5,
      line: 2,
    },
    { ...defaults, id: 'b', error: 'timeout', line: 4 },
  ])
})

test('a score that is none is an error with file and line, and all of them come at once', async () => {
  const text = [
    '{"id":"a","score":0.5}',
    '{"id":"b","score":1.7}',
    '{"id":"c","score":-0.1}',
    '{"id":"d","score":NaN}',
    '{"id":"e","score":Infinity}',
    '{"id":"f"}',
    '{"id":"g","score":"0.5"}',
    '{"id":"h","score":0.5,"error":"x"}',
    '{"score":0.5}',
    '{"id":"i","scroe":1}',
    '{"id":"j","score":1e999}',
  ].join('\n')
  assert.deepEqual(await faults(text), [
    's.jsonl:2:19: score: must be at most 1, found 1.7',
    's.jsonl:3:19: score: must be at least 0, found -0.1',
    's.jsonl:4:19: score: not JSON: NaN is not a JSON number',
    's.jsonl:5:19: score: not JSON: Infinity is not a JSON number',
    's.jsonl:6:1: score: missing; give a number from 0 to 1, or the "error" that prevented it',
    's.jsonl:7:19: score: expected a number, found "0.5"',
    's.jsonl:8:19: score: stands beside an "error"; a case that failed has no score',
    's.jsonl:9:1: id: missing; expected a text',
    's.jsonl:10:11: scroe: unknown key "scroe"; did you mean "score"?',
    's.jsonl:10:1: score: missing; give a number from 0 to 1, or the "error" that prevented it',
    's.jsonl:11:19: score: expected a number, found 1e999',
  ])
})

test('a repeat that is there twice names both lines', async () => {
  assert.deepEqual(await faults('{"id":"a","score":1}\n{"id":"a","score":0}\n'), [
    's.jsonl:2:7: id: repeat 1 of "a" is already in line 1; number the repeats of a case: "repeat": 2',
  ])
  assert.equal((await read('{"id":"a","score":1}\n{"id":"a","score":0,"repeat":2}\n')).length, 2)
})

test('a file without scores, or none at all, is an error', async () => {
  assert.deepEqual(await faults('\n'), ['s.jsonl:1:1: holds no scores'])
  assert.match(
    (await faults(Buffer.from('{"id":"a"}', 'utf16le')))[0] ?? '',
    /s\.jsonl:1:1: the file is encoded as UTF-16/,
  )
  await assert.rejects(readScores(path.join(folder, 'none.jsonl')), /none\.jsonl:1:1: the file does not exist/)
  await assert.rejects(readScores(folder), /:1:1: cannot be read: EISDIR/)
})
