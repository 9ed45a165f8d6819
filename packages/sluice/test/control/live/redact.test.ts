import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { createRedactors, type Redactors } from '../../../src/control/live/redact.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const material = { input: { email: 'ann@example.org' }, output: 'Ann writes.' }

type Disposable = Redactors & AsyncDisposable

/** Redactors of a folder with this module. `limitMs` is for those that are to be ended. */
function redactors(code: string, limitMs = 60_000): Disposable {
  const root = temporaryFolder('redact')
  writeFileSync(path.join(root, 'redact.mjs'), code)
  const made = createRedactors({ root, clock: systemClock, limitMs })
  return { ...made, [Symbol.asyncDispose]: () => made.close() }
}

test('a module of the project says what may be stored', async () => {
  await using made = redactors('export default (all) => { all.input.email = "x"; return all }')
  const redact = await made.redactorOf('redact.mjs')
  assert.deepEqual(await redact(material), { input: { email: 'x' }, output: 'Ann writes.' })
  assert.deepEqual(material.input, { email: 'ann@example.org' })
})

test('another export than the default one is named after the file', async () => {
  await using made = redactors('export const clean = ({input}) => ({input, output: ""})')
  assert.equal((await (await made.redactorOf('redact.mjs#clean'))(material)).output, '')
})

test('without a module everything may be stored', async () => {
  await using made = redactors('')
  assert.deepEqual(await (await made.redactorOf())(material), material)
})

/** What a redactor does with a text `bad`, and what is said of it. */
const misdeeds: [string, string][] = [
  ['throw new Error("Ann wrote: " + output)', 'threw'],
  ['return Promise.reject(output)', 'threw'],
  ['return "fine"', 'returned-something-else'],
  ['return undefined', 'returned-something-else'],
  ['return {input, output: 1}', 'returned-something-else'],
  ['return {input, output, more: 1}', 'returned-something-else'],
  ['return {input, output: () => output}', 'returned-something-else'],
  ['return {input, output: "x".repeat(1_000_000)}', 'returned-something-else'],
  ['process.exit(0)', 'ended'],
  ['queueMicrotask(() => { throw new Error(output) }); return new Promise(() => {})', 'ended'],
  ['const all = []; for (;;) all.push(new Array(100_000).fill(0))', 'ended'],
  ['const all = []; for (;;) all.push(Buffer.alloc(4_000_000, 1))', 'ended'],
]

test('a redactor that does something else loses that text alone, and none of its words are told', async () => {
  const deeds = misdeeds.map(([misdeed]) => `({input, output}) => { ${misdeed} }`)
  await using made = redactors(`const deeds = [${deeds}]
    export default ({input, output}) => output === 'bad' ? deeds[input.deed]({input, output}) : {input, output: 'redacted'}`)
  const redact = await made.redactorOf('redact.mjs')
  for (const [deed, [misdeed, kind]] of misdeeds.entries()) {
    const failed = { kind, message: /^redact\.mjs: [\w ,{}]+ \([\w-]+\)$/ }
    await assert.rejects(redact({ input: { ...material.input, deed }, output: 'bad' }), failed, misdeed)
    assert.equal((await redact(material)).output, 'redacted', misdeed)
  }
})

test('a text on which a redactor does not end costs that text, and the process goes on meanwhile', async () => {
  for (const misdeed of ['while (true);', 'return new Promise(() => {})', '/^(a+)+$/.test("a".repeat(64) + "!")']) {
    const code = `export default (all) => { if (all.output === 'bad') { ${misdeed} }; return all }`
    await using made = redactors(code, 400)
    const redact = await made.redactorOf('redact.mjs')
    let turns = 0
    const counting = setInterval(() => {
      turns += 1
    }, 1)
    await assert.rejects(redact({ ...material, output: 'bad' }), { kind: 'too-slow' })
    clearInterval(counting)
    // Had it been held up, the timer would have come once at most, at the end.
    assert.ok(turns > 2, `${turns} turns`)
  }
})

test('a module that cannot be loaded, or has no such function, says so', async () => {
  for (const [code, kind] of [
    ['export default (', 'cannot-be-loaded'],
    ['throw new Error("at the start")', 'cannot-be-loaded'],
    ['export const redact = 1', 'no-function'],
  ] as const) {
    await using made = redactors(code)
    await assert.rejects((await made.redactorOf('redact.mjs'))(material), { kind })
    await assert.rejects((await made.redactorOf('other.mjs'))(material), { kind: 'cannot-be-loaded' })
  }
  await using slow = redactors('await new Promise(() => setInterval(() => {}, 1000))', 300)
  await assert.rejects((await slow.redactorOf('redact.mjs'))(material), { kind: 'too-slow' })
})

test('where its thread must be ended again and again it rests, and is begun anew after a minute', async () => {
  let now = 0
  const clock = { ...systemClock, now: () => now }
  const root = temporaryFolder('redact')
  writeFileSync(path.join(root, 'redact.mjs'), 'export default (all) => all.output === "bad" ? process.exit() : all')
  const made = createRedactors({ root, clock, limitMs: 60_000 })
  const redact = await made.redactorOf('redact.mjs')
  const texts = Array.from({ length: 11 }, () => redact({ ...material, output: 'bad' }))
  const kinds = (await Promise.allSettled(texts)).map((result) => result.status === 'rejected' && result.reason.kind)
  assert.deepEqual(kinds, [...Array(10).fill('ended'), 'resting'])
  await assert.rejects(redact(material), { kind: 'resting' })
  now += 60_000
  assert.deepEqual(await redact(material), material)
  await made.close()
})

test('whoever publishes a version cannot have any file of the machine run', async () => {
  await using made = redactors('export default (material) => material')
  for (const file of ['../elsewhere.mjs', '/etc/redact.mjs']) {
    await assert.rejects(made.redactorOf(file), /must be inside/)
  }
})
