import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { gate } from '../../../src/cli/gate.ts'
import { watchRuns } from '../../../src/cli/session/watch.ts'
import { SluiceError } from '../../../src/errors.ts'
import { createMask } from '../../../src/masking/mask.ts'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, summariser, worse } from '../../support/gate-project.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

/** A process that is interrupted on demand, and whose lines can be waited for. */
function watchedProcess(cwd: string) {
  const signals = new EventEmitter()
  let lines: string[] = []
  const heard = new EventEmitter()
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      lines = [...lines, ...String(chunk).trim().split('\n')]
      heard.emit('line')
      done()
    },
  })
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() })
  const env = { NO_COLOR: '1', PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1' }
  const [on, off] = [signals.on.bind(signals), signals.off.bind(signals)]
  return {
    host: { stdout, stderr, env, mask: createMask(), cwd: () => cwd, on, off },
    interrupt: () => void signals.emit('SIGINT'),
    async line(count: number): Promise<string> {
      while (lines.length < count) await new Promise((resolve) => heard.once('line', resolve))
      return lines[count - 1] ?? ''
    },
  }
}

test('a file that is written, replaced, reached by a link, or new in a folder starts a run; others do not', async () => {
  using project = createProject({ 'a.txt': '1', 'real/b.txt': '1', 'dir/c.txt': '1', 'other.txt': '1' })
  const at = (name: string) => path.join(project.root, name)
  symlinkSync(at('real/b.txt'), at('b.txt'))
  const { host, line, interrupt } = watchedProcess(project.root)
  let runs = 0
  const run = async (reading: (places: string[]) => Promise<void>) => {
    await reading([at('a.txt'), at('b.txt'), at('dir/')])
    runs += 1
    return { exitCode: runs, line: `run ${runs}` }
  }
  const ended = watchRuns({ run, always: [], pauseMs: 5 }, host)
  assert.equal(await line(1), 'run 1')
  project.write({ 'other.txt': '22', 'a.txt': '22' })
  assert.equal(await line(2), 'a.txt: run 2')
  writeFileSync(at('a.txt~'), '333')
  renameSync(at('a.txt~'), at('a.txt'))
  assert.equal(await line(3), 'a.txt: run 3')
  project.write({ 'real/b.txt': '22' })
  assert.equal(await line(4), 'b.txt: run 4')
  mkdirSync(at('dir/sub'))
  project.write({ 'dir/sub/d.txt': '' })
  assert.equal(await line(5), 'dir/sub/d.txt: run 5')
  interrupt()
  assert.equal(await ended, 5)
})

test('what changes during a run starts the next one; a fault is a line, and does not end the watch', async () => {
  using project = createProject({ 'a.txt': '1' })
  const { host, line, interrupt } = watchedProcess(project.root)
  const file = path.join(project.root, 'a.txt')
  let runs = 0
  const run = async () => {
    runs += 1
    if (runs === 1) project.write({ 'a.txt': '22' })
    if (runs === 2) throw new SluiceError('invalid-input', 'prompts/x.prompt.yml:1:1: wrong\nmore')
    return { exitCode: 0, line: `run ${runs}` }
  }
  const ended = watchRuns({ run, always: [file], pauseMs: 5 }, host)
  assert.equal(await line(2), 'a.txt: prompts/x.prompt.yml:1:1: wrong')
  project.write({ 'a.txt': '333' })
  assert.equal(await line(3), 'a.txt: run 3')
  project.write({ 'a.txt': '4444' })
  await line(4)
  interrupt()
  assert.equal(await ended, 0)
})

test('gate --watch judges each edit in one line, and pays for none of it twice', async () => {
  await using model = await fakeModel(summariser())
  using project = changedProject({ url: model.url, cases: 8 })
  const { host, line, interrupt } = watchedProcess(project.root)
  const ended = gate({ watch: true, concurrency: 20 }, host)
  try {
    assert.match(await line(1), /^FAIL summary\. The mean score changed by/)
    const paid = model.requests.length
    const same = summaryFiles({ url: model.url, cases: 8, message: worse })['prompts/summary.prompt.yml']
    project.write({ 'prompts/summary.prompt.yml': `${same}# a comment\n` })
    assert.match(await line(2), /^prompts\/summary\.prompt\.yml: FAIL summary\./)
    assert.equal(model.requests.length, paid)
  } finally {
    interrupt()
  }
  assert.equal(await ended, 1)
})

test('gate --watch goes with no flag that it would have to ignore', async () => {
  using project = createProject({})
  const { code, stderr } = await project.sluice(['gate', '--watch', '--json'])
  assert.deepEqual([code, /--watch goes with neither/.test(stderr)], [3, true])
})
