import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createProgress, type ProgressState } from '../../../src/cli/session/progress.ts'

const state = (overrides: Partial<ProgressState>): ProgressState => ({
  label: 'email-summary',
  done: 0,
  total: 40,
  cached: 0,
  costUsd: 0,
  unpricedCalls: 0,
  errors: 0,
  ...overrides,
})

function start(interactive: boolean, columns = 120) {
  const written: string[] = []
  let now = 0
  let timer: { ms: number; tick: () => void; next: number } | undefined
  const progress = createProgress({
    stream: { write: (text) => written.push(text), columns },
    interactive,
    clock: {
      now: () => now,
      every(ms, tick) {
        timer = { ms, tick, next: ms }
        return () => {
          timer = undefined
        }
      },
    },
  })
  const advance = (ms: number) => {
    const end = now + ms
    while (timer && timer.next <= end) {
      now = timer.next
      timer.next += timer.ms
      timer.tick()
    }
    now = end
  }
  return { progress, written, advance }
}

test('on a terminal one line is written over: done, total, cost, time left', () => {
  const { progress, written, advance } = start(true)
  advance(500)
  assert.equal(written.length, 0, 'nothing before the first state')
  progress.update(state({ done: 10, costUsd: 0.0432 }))
  advance(9_500)
  assert.deepEqual(
    new Set(written.map((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n'))),
    new Set([true]),
  )
  assert.equal(written.at(-1), '\r\x1b[2Kemail-summary: 10/40 (25 %), 0.043 USD, 30.0 s left')
})

test('an unchanged line is not written again', () => {
  const { progress, written, advance } = start(true)
  progress.update(state({ done: 40, total: 40 }))
  advance(1_000)
  assert.equal(written.length, 1)
})

test('the time left does not count what came from the cache', () => {
  const { progress, written, advance } = start(true)
  progress.update(state({ done: 30, cached: 20 }))
  advance(10_000)
  assert.match(written.at(-1) ?? '', /10\.0 s left$/)
  const cachedOnly = start(true)
  cachedOnly.progress.update(state({ done: 20, cached: 20 }))
  cachedOnly.advance(1_000)
  assert.doesNotMatch(cachedOnly.written.at(-1) ?? '', /left/)
})

test('errors and unpriced calls are shown, a narrow terminal is respected', () => {
  const { progress, written, advance } = start(true)
  progress.update(state({ errors: 2, unpricedCalls: 3 }))
  advance(100)
  assert.match(written.at(-1) ?? '', /0\/40 \(0 %\), 0 USD and 3 unpriced calls, 2 errors$/)
  const narrow = start(true, 20)
  narrow.progress.update(state({ label: 'a-feature-with-a-long-name\x1b[2J' }))
  narrow.advance(100)
  assert.equal(narrow.written.at(-1), '\r\x1b[2Ka-feature-with-a-l…')
})

test('in a log there is a plain line now and then, and a last one', () => {
  const { progress, written, advance } = start(false)
  progress.update(state({ done: 10 }))
  advance(9_999)
  assert.equal(written.length, 0)
  advance(1)
  assert.deepEqual(written, ['email-summary: 10/40 (25 %), 0 USD, 30.0 s left\n'])
  progress.update(state({ done: 20 }))
  advance(20_000)
  assert.equal(written.length, 3)
  progress.update(state({ done: 40 }))
  progress.stop()
  assert.equal(written.at(-1), 'email-summary: 40/40 (100 %), 0 USD\n')
  progress.update(state({ done: 41 }))
  advance(60_000)
  assert.equal(written.length, 4)
})

test('clearing leaves the terminal free and the line comes back; stopping takes it away for good', () => {
  const { progress, written, advance } = start(true)
  progress.update(state({ done: 1 }))
  advance(100)
  progress.clear()
  assert.equal(written.at(-1), '\r\x1b[2K')
  advance(100)
  assert.match(written.at(-1) ?? '', /1\/40/)
  progress.stop()
  assert.equal(written.at(-1), '\r\x1b[2K')
  const count = written.length
  advance(1_000)
  assert.equal(written.length, count)
})

test('the clock of the system does not keep a process alive', () => {
  const source = new URL('../../../src/cli/session/progress.ts', import.meta.url)
  const script = `import { createProgress } from ${JSON.stringify(source)}
createProgress({ stream: process.stdout, interactive: true }).update(${JSON.stringify(state({}))})`
  const args = ['--conditions=sluice-source', '--input-type=module', '--eval', script]
  // A process that is kept alive is ended by the time limit, and has no exit code then.
  const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 0, `ended by ${signal}: ${stderr}`)
})
