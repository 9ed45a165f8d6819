import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { appendLines } from '../../../src/gate/labels/append-lines.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('records are lines of their own, also after a line that was cut off', async () => {
  const root = temporaryFolder('labels')
  const read = () => readFileSync(path.join(root, 'labels/f.jsonl'), 'utf8')
  await appendLines(root, 'labels/f.jsonl', [{ a: 'x\ny' }])
  await appendLines(root, 'labels/f.jsonl', [{ a: 2 }, { a: 3 }])
  assert.equal(read(), '{"a":"x\\ny"}\n{"a":2}\n{"a":3}\n')
  writeFileSync(path.join(root, 'labels/f.jsonl'), '{"a":')
  await appendLines(root, 'labels/f.jsonl', [{ a: 4 }])
  assert.equal(read(), '{"a":\n{"a":4}\n')
  for (const [before, after] of [
    ['{"a":1}\n{"a":', '{"a":1}\n'],
    ['{"a":', ''],
    ['{"a":1}\n{"a":2}', '{"a":1}\n{"a":2}\n'],
    ['', ''],
  ]) {
    writeFileSync(path.join(root, 'labels/f.jsonl'), before ?? '')
    await appendLines(root, 'labels/f.jsonl', [{ a: 5 }], { cutTorn: true })
    assert.equal(read(), `${after}{"a":5}\n`, 'a line that can be made again is taken away')
  }
})

test('nothing is written through a link that leads out', async () => {
  const root = temporaryFolder('labels')
  const outside = temporaryFolder('outside')
  mkdirSync(path.join(root, 'labels'))
  symlinkSync(path.join(outside, 'new.jsonl'), path.join(root, 'labels/f.jsonl'))
  await assert.rejects(appendLines(root, 'labels/f.jsonl', [{}]), /^SluiceError: labels\/f.jsonl: cannot be written/)
  symlinkSync(outside, path.join(root, 'other'))
  await assert.rejects(appendLines(root, 'other/f.jsonl', [{}]), /other: the link leads out of the project/)
})
