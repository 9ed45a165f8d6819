import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { listenForInterrupt, listenForStop } from '../../src/cli/session/interrupt.ts'
import { type FakeModel, fakeModel } from '../support/fake-model.ts'
import { createProject, type Finished, type Started, summaryFiles } from '../support/project.ts'
import { until } from '../support/until.ts'
import { storedAnswers } from './stored-answers.ts'

const cases = 12
const concurrency = 4
const evalSummary = ['eval', 'summary', '--concurrency', String(concurrency)]
const answer = 'Action item: send the invoice'

/** A model whose answers wait for `release`. */
async function heldModel() {
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const model = await fakeModel(async () => {
    await promise
    return answer
  })
  return Object.assign(model, { release })
}

async function interrupt(run: Started, model: FakeModel, requests: number, signal: NodeJS.Signals): Promise<void> {
  await until(() => model.requests.length === requests, `${requests} requests`)
  run.kill(signal)
  await until(() => run.said().includes('Stopping: waiting for answers'), 'its answer to the signal')
}

function assertStopped({ code, signal, stdout, stderr }: Finished): void {
  assert.deepEqual({ code, signal, stdout }, { code: 130, signal: null, stdout: '' })
  assert.match(stderr, /Stopped\. Every answer paid for is kept: the same command goes on from there\.\n$/)
  assert.doesNotMatch(stderr, /^\s+at /m)
}

for (const [signal, ...flags] of [['SIGINT'], ['SIGINT', '--json'], ['SIGTERM']] as const) {
  test(`${[signal, ...flags].join(' ')}: what is under way is waited for and kept, nothing new is asked`, async () => {
    await using model = await heldModel()
    using project = createProject(summaryFiles({ url: model.url, cases }))
    const run = project.start([...evalSummary, ...flags])
    await interrupt(run, model, concurrency, signal)
    model.release()
    assertStopped(await run.done)
    assert.equal(model.requests.length, concurrency)
    assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: concurrency })

    if (signal === 'SIGTERM' || flags.length > 0) return
    const rerun = await project.binary(evalSummary)
    assert.equal(rerun.code, 0, rerun.stderr)
    assert.equal(model.requests.length, cases)
  })
}

test('a second Ctrl-C does not wait, and what was kept before stays', async () => {
  await using model = await fakeModel((_, index) => (index < concurrency ? answer : 'hang'))
  using project = createProject(summaryFiles({ url: model.url, cases }))
  const run = project.start([...evalSummary, '--json'])
  await interrupt(run, model, 2 * concurrency, 'SIGINT')
  // The first one has been heard. What follows it within a second counts as its echo, and a third one would kill.
  await setTimeout(1100)
  run.kill('SIGINT')
  const start = performance.now()
  assertStopped(await run.done)
  assert.ok(performance.now() - start < 30_000, 'it waited all the same')
  assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: concurrency })
})

test('one Ctrl-C that arrives twice counts once; after a second one, signals have their usual effect again', () => {
  let now = 1000
  let output = ''
  const stderr = new Writable({
    write(text, _, written) {
      output += text
      written()
    },
  })
  const signals = Object.assign(new EventEmitter(), { stderr })
  const { stop, abort } = listenForInterrupt(signals, () => now)
  signals.emit('SIGINT')
  now += 900
  signals.emit('SIGINT')
  assert.deepEqual([stop.aborted, abort.aborted], [true, false])
  assert.match(output, /again to stop at once/)
  now += 101
  signals.emit('SIGTERM')
  assert.deepEqual([abort.aborted, signals.listenerCount('SIGINT'), signals.listenerCount('SIGTERM')], [true, 0, 0])
})

test('a signal that arrives again when all is done does not end the process in place of its exit code', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 1000
  const signals = Object.assign(new EventEmitter(), { stderr: new Writable({ write: (_, __, written) => written() }) })
  const interrupt = listenForInterrupt(signals, () => now)
  signals.emit('SIGINT')
  now += 400
  interrupt.dispose()
  signals.emit('SIGINT')
  assert.deepEqual([interrupt.abort.aborted, signals.listenerCount('SIGINT')], [false, 1])
  context.mock.timers.tick(599)
  assert.equal(signals.listenerCount('SIGINT'), 1)
  context.mock.timers.tick(1)
  assert.deepEqual([signals.listenerCount('SIGINT'), signals.listenerCount('SIGTERM')], [0, 0])
  const undisturbed = listenForInterrupt(signals, () => now)
  undisturbed.dispose()
  assert.equal(signals.listenerCount('SIGINT'), 0)
})

test('a command that goes on until Ctrl-C ends with its own exit code, although the signal arrives again', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const host = new EventEmitter()
  const { signal, dispose } = listenForStop(host)
  assert.equal(signal.aborted, false)
  host.emit('SIGTERM')
  assert.equal(signal.aborted, true)
  dispose()
  assert.ok(host.emit('SIGTERM'), 'nobody hears the signal that arrives again')
  context.mock.timers.tick(1001)
  assert.deepEqual([host.listenerCount('SIGINT'), host.listenerCount('SIGTERM')], [0, 0])
})

test('a run whose last answers were under way ends as interrupted too, and its rerun is free', async () => {
  await using model = await heldModel()
  using project = createProject(summaryFiles({ url: model.url, cases: concurrency }))
  const run = project.start(evalSummary)
  await interrupt(run, model, concurrency, 'SIGINT')
  model.release()
  assertStopped(await run.done)
  assert.equal((await project.binary(evalSummary)).code, 0)
  assert.equal(model.requests.length, concurrency)
})

test('calls that wait for their provider are not begun after Ctrl-C', async () => {
  await using model = await heldModel()
  using project = createProject(summaryFiles({ url: model.url, cases, provider: 'concurrency: 1' }))
  const run = project.start(evalSummary)
  await interrupt(run, model, 1, 'SIGINT')
  model.release()
  assertStopped(await run.done)
  assert.equal(model.requests.length, 1)
})

test('an application under test is asked no more after Ctrl-C', async () => {
  await using model = await heldModel()
  using project = createProject(
    summaryFiles({ url: model.url, cases, prompt: `target: {http: {url: "${model.url}"}}\n` }),
  )
  const run = project.start(evalSummary)
  await interrupt(run, model, concurrency, 'SIGINT')
  model.release()
  assertStopped(await run.done)
  assert.equal(model.requests.length, concurrency)
})
