import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { compileCheck } from '../../../../src/core/scorers/checks/check.ts'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import { aCase, runCheck, scoreOf } from '../scoring.ts'

const file = path.join(import.meta.dirname, 'fixtures/own-checks.ts')

test('a boolean is pass or fail, a number the score, an object both score and reason', async () => {
  assert.equal(await scoreOf({ module: file }, 'good'), 1)
  assert.equal(await scoreOf({ module: file }, 'bad'), 0)
  assert.equal(await scoreOf({ module: `${file}#share` }, '1234'), 0.4)
  const subject = aCase({ vars: { who: 'Ann' }, expected: 'Friday' })
  const result = await runCheck({ module: `${file}#told` }, '', { case: subject })
  assert.equal(result.score, 0.5)
  assert.equal(result.reason, 'late-order Ann Friday')
})

for (const [name, message] of [
  ['broken', /own-checks.ts#broken failed on case "late-order": no network here/],
  ['text', /answered fine .*expected a boolean/],
  ['nothing', /answered undefined/],
  ['notANumber', /answered NaN/],
  ['tooMuch', /answered 1.2/],
  ['strange', /answered {"score":1}/],
  ['missing', /has no function missing, it exports .*share/],
  ['constant', /has no function constant/],
] as const) {
  test(`${name} is an error, not a score`, async () => {
    await assert.rejects(runCheck({ module: `${file}#${name}` }, '12'), { name: 'CheckError', message })
  })
}

test('a file that is not there is an error that names it', async () => {
  await assert.rejects(runCheck({ module: '/nowhere/check.ts' }, ''), {
    name: 'CheckError',
    message: /\/nowhere\/check.ts cannot be imported/,
  })
})

test('a function that never answers is given up, at the limit or when the run stops', async () => {
  const entry = { module: `${file}#endless` }
  await assert.rejects(runCheck(entry, '', { deps: { ownCodeLimitMs: 5 } }), { message: /no answer within 5 ms/ })
  const stop = new AbortController()
  const running = compileCheck(checkSchema.parse(entry)).run({ case: aCase(), output: '' }, stop.signal)
  setTimeout(() => stop.abort(), 5)
  await assert.rejects(running, { name: 'CheckError', message: /the run was stopped/ })
})

test('a function that does not come to an end is interrupted', async () => {
  const running = runCheck({ module: `${file}#busy` }, `${'x'.repeat(40)}!`, { deps: { ownCodeLimitMs: 20 } })
  await assert.rejects(running, { name: 'CheckError', message: /#busy failed on case .*: no answer within 20 ms/ })
})

test('a module is imported once, whatever the number of outputs', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-module-'))
  t.after(() => rm(folder, { recursive: true }))
  const counted = path.join(folder, 'counted.mjs')
  await writeFile(
    counted,
    'globalThis.countedImports = (globalThis.countedImports ?? 0) + 1\nexport default () => true\n',
  )
  const check = compileCheck(checkSchema.parse({ module: counted }))
  await Promise.all(['a', 'b', 'c'].map((output) => check.run({ case: aCase(), output })))
  assert.equal(Reflect.get(globalThis, 'countedImports'), 1)
})
