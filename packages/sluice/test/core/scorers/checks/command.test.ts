import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { sleep } from '../../../../src/core/providers/clock.ts'
import { createLimiter } from '../../../../src/core/providers/limits/concurrency.ts'
import { type CheckDeps, compileCheck } from '../../../../src/core/scorers/checks/check.ts'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import { until } from '../../../support/until.ts'
import { aCase, runCheck } from '../scoring.ts'

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-command-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

function deps(options: { cwd?: string; cap?: number; ownCodeLimitMs?: number } = {}): CheckDeps {
  const { cwd = tmpdir(), cap = 2, ...limits } = options
  const limiter = createLimiter({ cap, clock: Date.now, sleep })
  const mask = (text: string) => text.replaceAll('hush-hush', '***')
  return { commands: { cwd, env: { PATH: process.env.PATH }, mask, limiter }, ...limits }
}

/** A check whose program is this code. */
const node = (code: string) => ({ command: [process.execPath, '-e', code] })
const answering = (text: string) => node(`process.stdout.write(${JSON.stringify(text)})`)

test('the program reads the answer as JSON and writes its score', async () => {
  const told = node(`
    const { output, vars, expected, case: { id } } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
    console.log(JSON.stringify({ score: 0.5, reason: [output, vars.who, expected, id].join(' ') }))`)
  const subject = aCase({ vars: { who: 'Ann' }, expected: 'Friday' })
  const { score, reason } = await runCheck(told, 'café', { case: subject, deps: deps() })
  assert.deepEqual([score, reason], [0.5, 'café Ann Friday late-order'])
})

test('true, a number, a score and a pass are answers', async () => {
  for (const [text, score, reason] of [
    ['true', 1, 'passed'],
    ['false\n', 0, 'failed'],
    ['0.25', 0.25, 'score 0.25'],
    ['{"score": 0.75}', 0.75, 'score 0.75'],
    ['{"pass": true, "reason": "polite"}', 1, 'polite'],
    ['{"pass": false}', 0, 'failed'],
  ] as const) {
    const result = await runCheck(answering(text), 'x', { deps: deps() })
    assert.deepEqual([result.score, result.reason], [score, reason], text)
  }
})

test('anything else it writes is an error, not a score', async () => {
  for (const text of [
    '',
    'ok',
    'loading model…\ntrue',
    '2',
    '-1',
    'NaN',
    'null',
    '"true"',
    '{"score": 1, "pass": true}',
    '{"score": "1"}',
    '{}',
  ])
    await assert.rejects(
      runCheck(answering(text), 'x', { deps: deps() }),
      { name: 'CheckError', message: /is wanted, and nothing else/ },
      text,
    )
  const bytes = node('process.stdout.write(Buffer.from([0xff, 0xfe]))')
  await assert.rejects(runCheck(bytes, 'x', { deps: deps() }), { name: 'CheckError', message: /not UTF-8/ })
})

test('a program that fails is an error with what it said last, secrets taken out', async () => {
  const failing = node('console.log("true"); console.error("Traceback: hush-hush boom"); process.exitCode = 3')
  await assert.rejects(runCheck(failing, 'x', { deps: deps() }), {
    name: 'CheckError',
    message: /exited with 3; stderr ends: Traceback: \*\*\* boom \(case "late-order"\)/,
  })
})

test('a program that is not there is an error with the way out', async () => {
  await assert.rejects(runCheck({ command: 'no-such-python checks/tone.py' }, 'x', { deps: deps() }), {
    name: 'CheckError',
    message: /no-such-python checks\/tone\.py cannot be started .*; install no-such-python where this runs/,
  })
  await assert.rejects(runCheck({ command: ['true'] }, 'x'), { name: 'CheckError', message: /not run here/ })
})

test('a program that reads nothing is none the worse for it', async () => {
  const { score } = await runCheck(answering('true'), 'x'.repeat(10_000_000), { deps: deps() })
  assert.equal(score, 1)
})

test('a program that floods its output is stopped', async () => {
  const flood = node('const line = "x".repeat(65536); for (;;) require("fs").writeSync(1, line)')
  await assert.rejects(runCheck(flood, 'x', { deps: deps() }), { name: 'CheckError', message: /wrote more than 1 MiB/ })
})

test('a program that does not end is stopped with its children, at the limit or when the run is', async (t) => {
  const folder = await folderFor(t)
  const endless = node(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    require('fs').writeFileSync('pid', String(child.pid))
    setInterval(() => {}, 1000)`)
  const stop = new AbortController()
  const running = compileCheck(checkSchema.parse(endless), deps({ cwd: folder })).run(
    { case: aCase(), output: '' },
    stop.signal,
  )
  const file = path.join(folder, 'pid')
  await until(() => existsSync(file), 'the child')
  stop.abort()
  await assert.rejects(running, { name: 'CheckError', message: /SIGKILL/ })
  await goneAfter(Number(await readFile(file, 'utf8')))
  const late = runCheck(node('setInterval(() => {}, 1000)'), 'x', { deps: deps({ ownCodeLimitMs: 300 }) })
  await assert.rejects(late, { name: 'CheckError', message: /gave no answer within 300 ms/ })
})

test('children that a program leaves behind end with it, and do not hold up its answer', async (t) => {
  const folder = await folderFor(t)
  const leaving = node(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    require('fs').writeFileSync('pid', String(child.pid))
    child.unref()
    require('fs').writeSync(1, 'true')
    process.exit()`)
  const { score } = await runCheck(leaving, 'x', { deps: deps({ cwd: folder }) })
  assert.equal(score, 1)
  await goneAfter(Number(await readFile(path.join(folder, 'pid'), 'utf8')))
})

test('a child that has left the group and holds the output open is given up at the limit', async (t) => {
  const folder = await folderFor(t)
  const escaped = node(`
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true })
    require('fs').writeFileSync('pid', String(child.pid))
    child.unref()
    require('fs').writeSync(1, 'true')
    process.exit()`)
  const running = runCheck(escaped, 'x', { deps: deps({ cwd: folder, ownCodeLimitMs: 2_000 }) })
  await assert.rejects(running, { name: 'CheckError', message: /gave no answer within 2000 ms/ })
  process.kill(Number(await readFile(path.join(folder, 'pid'), 'utf8')), 'SIGKILL')
})

test('no more programs run at a time than the limiter lets in', async (t) => {
  const folder = await folderFor(t)
  const alone = node(`
    const fs = require('fs')
    const met = fs.existsSync('lock')
    fs.writeFileSync('lock', '')
    setTimeout(() => { fs.rmSync('lock'); console.log(!met) }, 50)`)
  const one = compileCheck(checkSchema.parse(alone), deps({ cwd: folder, cap: 1 }))
  const results = await Promise.all([1, 2, 3].map(() => one.run({ case: aCase(), output: '' })))
  assert.deepEqual(
    results.map(({ score }) => score),
    [1, 1, 1],
  )
})

/** Resolves once no process has this id. */
function goneAfter(pid: number): Promise<unknown> {
  return until(() => {
    try {
      process.kill(pid, 0)
      // A zombie that nobody has waited for yet is gone as well.
      return !existsSync(`/proc/${pid}/exe`)
    } catch {
      return true
    }
  }, `the end of process ${pid}`)
}
