import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { endLeftProcesses, markVariable, noteProcess } from '../../../../src/core/providers/processes/left-processes.ts'
import { signalGroup } from '../../../../src/core/providers/processes/process-group.ts'
import { startOfProcess } from '../../../../src/core/providers/processes/process-identity.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { until } from '../../../support/until.ts'

const hang = 'setInterval(() => undefined, 1e6)'

const children: ChildProcess[] = []
after(() => {
  // Its children too: as long as they hold its output, this process does not end.
  for (const { pid } of children) if (pid !== undefined) signalGroup(pid, 'SIGKILL')
})

/** Resolves once it has said `up`. `said` is what it and its children have printed. */
async function started(code = hang): Promise<ChildProcess & { pid: number; said: () => string }> {
  const child = spawn(process.execPath, ['-e', `console.log('up'); ${code}`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [markVariable]: 'mine' },
  })
  children.push(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await until(() => text.startsWith('up\n'), 'the process to be up')
  return Object.assign(child, { pid: child.pid ?? 0, said: () => text })
}

/** Notes a process, and changes what was noted. */
function noted(pid: number, change: (record: Record<string, unknown>) => Record<string, unknown>): string {
  const folder = temporaryFolder('left')
  noteProcess(folder, { pid, command: ['x'], mark: 'mine' })
  const [name = ''] = readdirSync(folder)
  const file = path.join(folder, name)
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
  return folder
}

/** As if the run that started it had been killed. */
const ownerIsGone = (record: Record<string, unknown>) => ({ ...record, owner: { pid: process.pid, start: 'before' } })

test('what a killed run has started is ended, and its note goes', async () => {
  const child = await started()
  const folder = noted(child.pid, ownerIsGone)
  endLeftProcesses(folder)
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
  assert.deepEqual(readdirSync(folder), [])
})

test('a process of a run that is still there, and one that only has the number of a noted one, live on', async () => {
  const child = await started()
  const other = noted(child.pid, (record) => ownerIsGone({ ...record, start: 'another time', mark: 'another' }))
  const running = noted(child.pid, (record) => record)
  for (const folder of [other, running, temporaryFolder('left')]) endLeftProcesses(folder)
  assert.notEqual(startOfProcess(child.pid), undefined)
  assert.deepEqual([readdirSync(other).length, readdirSync(running).length], [0, 1])
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM'], 'nothing else has ended it')
})

test('a damaged note ends nothing and is removed', () => {
  const folder = temporaryFolder('left')
  writeFileSync(path.join(folder, 'a.json'), '{"pid": 1')
  writeFileSync(path.join(folder, 'b.json'), JSON.stringify({ pid: process.pid, start: startOfProcess(process.pid) }))
  endLeftProcesses(folder)
  assert.deepEqual(readdirSync(folder), [])
})

test('children outlive the process that was noted, and are ended all the same', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const inner = JSON.stringify(`console.log(process.pid); ${hang}`)
  const leader = await started(
    `const child = require('node:child_process').spawn(process.execPath, ['-e', ${inner}], { stdio: 'inherit' }); child.on('spawn', () => undefined); process.stdin.resume(); ${hang}`,
  )
  const numbered = () => /^up\n(\d+)\n/.exec(leader.said())?.[1]
  await until(() => numbered() !== undefined, 'the number of the child')
  const folder = noted(leader.pid, ownerIsGone)
  leader.kill('SIGKILL')
  await once(leader, 'exit')
  const grandchild = Number(numbered())
  assert.notEqual(startOfProcess(grandchild), undefined)
  endLeftProcesses(folder)
  // It is nobody's child here, so that no event says when it has ended.
  await until(() => startOfProcess(grandchild) === undefined, 'the end of the process that was left')
})
