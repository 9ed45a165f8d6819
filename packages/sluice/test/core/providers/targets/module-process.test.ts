import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { startOfProcess } from '../../../../src/core/providers/processes/process-identity.ts'
import { createTarget, type OpenTarget } from '../../../../src/core/providers/targets/target.ts'
import { failureOf } from '../../../support/providers/model-call.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const context = { caseId: 'c', repeat: 1, signal: new AbortController().signal }
const folder = temporaryFolder('module')

/** A target whose module has this code; it is closed with the variable that holds it. */
function moduleOf(code: string, more: Record<string, unknown> = {}): OpenTarget & AsyncDisposable {
  const file = path.join(folder, `${crypto.randomUUID()}.mjs`)
  writeFileSync(file, code)
  const target = createTarget({ kind: 'module', file, export: 'default', cwd: folder, ...more }, { env: process.env })
  return Object.assign(target, { [Symbol.asyncDispose]: () => target.close() })
}

test('two versions of a module have a process, a state, a folder and variables each; calls are concurrent', async () => {
  const code = `let count = 0; const waiting = []
    export default ({ last }) => new Promise((resolve) => {
      waiting.push(() => resolve([process.pid, ++count, process.cwd(), process.env.A, process.stdin.isTTY].join()))
      if (last) for (const answer of waiting) answer()
    })`
  await using one = moduleOf(code, { env: { A: 'one' } })
  await using other = moduleOf(code, { env: { A: 'other' } })
  const both = [one, other].map((ask) => Promise.all([ask({}, context), ask({ last: true }, context)]))
  const [first, second] = (await Promise.all(both)).map((answers) => answers.map(({ output }) => output.split(',')))
  assert.deepEqual(
    first?.map(([, ...said]) => said.join()),
    [`1,${folder},one,`, `2,${folder},one,`],
  )
  assert.deepEqual(
    second?.map(([, ...said]) => said.join()),
    [`1,${folder},other,`, `2,${folder},other,`],
  )
  assert.notEqual(first?.[0]?.[0], second?.[0]?.[0])
  await one.close()
  assert.equal(startOfProcess(Number(first?.[0]?.[0])), undefined)
})

test('what a module writes, or sends to a process manager, is none of its answers', async () => {
  const code = `console.log('{"kind":"value","id":1}'); process.send?.({ kind: 'value', id: 1, value: '"forged"' })
    export default () => { process.stdout.write('noise'); console.error('more'); return 'real' }`
  await using ask = moduleOf(code)
  assert.equal((await ask({}, context)).output, 'real')
})

test('a module that keeps its process alive, and ignores signals, ends with the run', async () => {
  const code = `setInterval(() => undefined, 1e6); process.on('SIGTERM', () => undefined); export default () => process.pid`
  const ask = moduleOf(code)
  const pid = Number((await ask({}, context)).output)
  await ask.close()
  assert.equal(startOfProcess(pid), undefined)
})

for (const [what, code, says] of [
  ['calls process.exit', 'export default () => process.exit(0)', /exited with 0 before the run had finished/],
  [
    'throws outside of a call',
    `export default () => { setImmediate(() => { throw new Error('lost connection') }); return new Promise(() => undefined) }`,
    /exited with 1 before the run had finished: .*process\.exit, or failed outside of a call.*lost connection/s,
  ],
] as const) {
  test(`a module that ${what} ends the run without a verdict`, async () => {
    await using ask = moduleOf(code)
    const [error, again] = await Promise.all([failureOf(ask({}, context)), failureOf(ask({}, context))])
    assert.deepEqual([error.fatal, again.fatal], [true, true])
    assert.match(error.message, says)
    assert.equal((await failureOf(ask({}, context))).fatal, true, 'it is not started again')
  })
}

test('a call that is called off is told so, and the next one is answered', async () => {
  const code = `let told = false; export default ({ hang }, { signal }) => {
    if (signal.aborted) told = true
    signal.addEventListener('abort', () => { told = true })
    return hang ? new Promise(() => undefined) : told }`
  await using ask = moduleOf(code)
  assert.equal((await ask({}, context)).output, 'false')
  const controller = new AbortController()
  const hanging = failureOf(ask({ hang: true }, { ...context, signal: controller.signal }))
  controller.abort()
  assert.equal((await hanging).kind, 'aborted')
  assert.equal((await ask({}, context)).output, 'true')
  await using late = moduleOf(code, { timeoutMs: 1 })
  assert.match((await failureOf(late({ hang: true }, context))).message, /no answer within 1 ms/)
})
