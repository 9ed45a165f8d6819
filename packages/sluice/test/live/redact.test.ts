import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRedactors } from '../../src/live/redact.ts'
import { handClock } from '../rollout/controller/stage.ts'

const material = { input: { email: 'ann@example.org' }, output: 'Ann writes.' }

function redactors(code: string) {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-redact-'))
  writeFileSync(path.join(root, 'redact.mjs'), code)
  return createRedactors({ root, clock: handClock() })
}

test('a module of the project says what may be stored', async () => {
  const redactorOf = redactors('export default (all) => { all.input.email = "x"; return all }')
  const redact = await redactorOf('redact.mjs')
  assert.deepEqual(await redact(material), { input: { email: 'x' }, output: 'Ann writes.' })
  assert.deepEqual(material.input, { email: 'ann@example.org' })
})

test('another export than the default one is named after the file', async () => {
  const redact = await redactors('export const clean = ({input}) => ({input, output: ""})')('redact.mjs#clean')
  assert.equal((await redact(material)).output, '')
})

test('a redactor that throws, hangs or returns something else redacts nothing', async () => {
  for (const body of ['{ throw new Error("no") }', '{ return new Promise(() => {}) }', '"fine"', '({output: 1})']) {
    const redact = await redactors(`export default () => ${body}`)('redact.mjs')
    await assert.rejects(redact(material), body)
  }
})

test('whoever publishes a version cannot have any file of the machine run', async () => {
  const redactorOf = redactors('export default (material) => material')
  for (const file of ['../elsewhere.mjs', '/etc/redact.mjs']) {
    await assert.rejects(redactorOf(file), /must lie within/)
  }
})

test('a module without a function says so', async () => {
  await assert.rejects(redactors('export const redact = 1')('redact.mjs'), /no default export/)
})
