import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { labelInTerminal } from '../../../src/gate/label-page/terminal.ts'
import { startLabelling } from '../../../src/gate/labels/labelling.ts'
import type { Label } from '../../../src/records/label.ts'
import { question } from '../../support/labels/served-questions.ts'

/** A person at a terminal; each label waits on the disk until it is let go. */
function sitDown(text?: string) {
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (isRaw: boolean) => raw.push(isRaw) })
  const output = new PassThrough({ encoding: 'utf8' })
  const labels: Label[] = []
  const disk: (() => void)[] = []
  const stop = new AbortController()
  const labelling = startLabelling({
    labeller: 'ann',
    questions: [question(0, {}, text), question(1), question(2)],
    before: [],
    keptOutputs: [],
    sawJudge: false,
    keepOutput: async () => {},
    keepLabel: (label) => {
      labels.push(label)
      return new Promise((resolve) => disk.push(resolve))
    },
    now: () => 0,
  })
  const options = { feature: 'summary', labelling, progress: () => ['actions: 0 of 50'], clear: '<clear>' }
  const ended = labelInTerminal({ ...options, input, output, stop: stop.signal })
  const type = async (keys: string) => {
    input.write(keys)
    for (let turn = 0; turn < 5; turn += 1) await setImmediate()
  }
  return { labels, disk, raw, stop, ended, type, printed: () => String(output.read() ?? '') }
}

test('what a person types before the next question is shown answers nothing, but it may end', async () => {
  const { labels, disk, type, ended, raw } = sitDown()
  await type('y')
  await type('n')
  await type('n')
  disk.shift()?.()
  await type('')
  await type('uyyy')
  await type('q')
  disk.shift()?.()
  await ended
  assert.deepEqual(
    labels.map((label) => [label.case, label.verdict]),
    [
      ['case-0', 'yes'],
      ['case-1', 'unclear'],
    ],
  )
  assert.deepEqual(raw, [true, false], 'the terminal is given back as it was')
})

test('a text of a model cannot command the terminal', async () => {
  const { type, ended, printed } = sitDown('\x1b[2J\x1b]0;owned\x07 fine\r\x9b1m')
  await type('q')
  await ended
  const shown = printed()
  assert.match(shown, /^<clear>summary · 0 of 3 answered\nactions: 0 of 50\n/)
  assert.match(shown, / {2}\| ␛\[2J␛\]0;owned␇ fine/)
  assert.ok(![...shown].some((character) => character < ' ' && character !== '\n'))
})

test('a signal ends it, and the terminal is given back', async () => {
  const { stop, ended, raw } = sitDown()
  stop.abort()
  await ended
  assert.deepEqual(raw, [true, false])
})

test('a pipe without an end answers the questions and is then left, however fast it is', async () => {
  let chunks = 0
  const endless = new Readable({
    read() {
      chunks += 1
      this.push('y\n'.repeat(200_000))
    },
  })
  const labels: Label[] = []
  const labelling = startLabelling({
    labeller: 'ann',
    questions: [question(0), question(1)],
    before: [],
    keptOutputs: [],
    sawJudge: false,
    keepOutput: async () => {},
    keepLabel: async (label) => void labels.push(label),
    now: () => 0,
  })
  const stop = new AbortController().signal
  const shown = { feature: 'summary', labelling, progress: () => [], clear: '', output: new PassThrough().resume() }
  await labelInTerminal({ ...shown, input: endless, stop })
  endless.destroy()
  assert.equal(labels.length, 2)
  assert.ok(chunks < 10, 'no more is read than is needed')
})
