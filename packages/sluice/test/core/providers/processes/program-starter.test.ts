import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { procFields } from '../../../../src/core/providers/processes/process-identity.ts'
import { createProgramStarter, type ProgramStarter } from '../../../../src/core/providers/processes/program-starter.ts'
import { runProgram } from '../../../../src/core/providers/program.ts'
import { createProject } from '../../../support/project.ts'
import { until } from '../../../support/until.ts'

const env = { PATH: process.env.PATH, OWN: 'x' }
const never = new AbortController().signal
const sh = (code: string, more: object = {}) => ({
  ...{ command: ['sh', '-c', code], cwd: '/', env, input: '', signal: never, mostBytes: 1000 },
  ...more,
})

async function parentOf(starter: ProgramStarter): Promise<number> {
  return Number((await starter.spawn(sh('echo $PPID'), () => undefined)).stdout)
}

/** A starter whose next program is started by the other process. */
async function starting(folder?: string) {
  const starter = createProgramStarter(folder)
  await until(async () => (await parentOf(starter)) !== process.pid, 'the other process')
  return { ...starter, [Symbol.asyncDispose]: starter.close }
}

test('programs are started by another process, and end in the same way', async () => {
  await using starter = await starting()
  const ends = await Promise.all([
    starter.spawn(sh('read a; echo "$a $OWN $HOME- $PPID"; echo no >&2', { input: 'Grüße\n' }), () => undefined),
    starter.spawn(sh(`printf '\\000\\377'`), () => undefined),
    starter.spawn(sh('echo part; exit 3'), () => undefined),
    starter.spawn(sh('kill -9 $$'), () => undefined),
    starter.spawn(sh('head -c 2000 /dev/zero'), () => undefined),
    starter.spawn({ ...sh(''), command: ['./none'] }, () => undefined),
  ])
  const [first, binary] = ends
  const output = first?.stdout.toString().trim().split(' ') ?? []
  assert.deepEqual(output.slice(0, 3), ['Grüße', 'x', '-'])
  assert.notEqual(Number(output[3]), process.pid)
  assert.deepEqual([first?.stderr, first?.fault, binary?.stdout], ['no\n', undefined, Buffer.from([0, 255])])
  assert.deepEqual(
    ends.slice(2).map(({ fault }) => fault?.replace(/ \(.*/, '')),
    ['exited with 3', 'was ended by SIGKILL', `wrote more than ${1000 / 1024 ** 2} MiB`, 'cannot be started in /'],
  )
})

test('a program that is called off ends with what it has started, and is noted until then', async () => {
  using project = createProject({})
  const folder = path.join(project.root, 'processes')
  await using starter = await starting()
  const stop = new AbortController()
  const running = runProgram({ ...sh('sleep 60 & wait', { signal: stop.signal }), folder }, starter.spawn)
  const notes = () => readdirSync(folder).map((name) => path.join(folder, name))
  await until(() => existsSync(folder) && notes().length > 0, 'the note of the program')
  const note = JSON.parse(readFileSync(notes()[0] ?? '', 'utf8')) as { pid: number; owner: { pid: number } }
  assert.equal(note.owner.pid, process.pid)
  stop.abort()
  assert.equal((await running).fault, 'was ended by SIGKILL')
  assert.deepEqual([procFields(note.pid), notes()], [undefined, []])
})

test('if that process is lost, so is what it ran; the next programs are started from here', async () => {
  await using starter = await starting()
  const parent = await parentOf(starter)
  assert.notEqual(parent, process.pid)
  const lost = starter.spawn(sh('sleep 60'), (pid) => {
    process.kill(parent, 'SIGKILL')
    process.kill(-pid, 'SIGKILL')
  })
  assert.equal((await lost).fault, 'was lost: the process that started it was ended by SIGKILL')
  assert.equal(await parentOf(starter), process.pid)
})

test('what is under way ends if the run itself is killed', async (context) => {
  const module = path.join(import.meta.dirname, '../../../../src/core/providers/processes/program-starter.ts')
  const code = `import { createProgramStarter } from ${JSON.stringify(module)}
    const run = { command: ['sleep', '60'], cwd: '/', env: process.env, input: '', signal: new AbortController().signal, mostBytes: 1 }
    const starter = createProgramStarter()
    const parent = async () => Number((await starter.spawn({ ...run, command: ['sh', '-c', 'echo $PPID'], mostBytes: 99 }, () => undefined)).stdout)
    while ((await parent()) === process.pid);
    starter.spawn(run, (pid) => console.log(pid))`
  const flags = process.execArgv.filter((flag) => flag.startsWith('--conditions'))
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  context.after(() => child.kill('SIGKILL'))
  const pid = Number(String((await once(child.stdout, 'data'))[0]))
  assert.ok(procFields(pid))
  child.kill('SIGKILL')
  await until(() => procFields(pid) === undefined, 'the end of the program')
})
