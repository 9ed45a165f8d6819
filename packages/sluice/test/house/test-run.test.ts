import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { testProcesses } from '../../../../scripts/test/processes.ts'
import { temporaryPlace } from '../../../../scripts/test/temporary-place.ts'
import { createProject } from '../support/project.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const script = path.join(import.meta.dirname, '../../../../scripts/test.ts')

/** A run of one test file with this text, whose temporary folder lies in `place`. */
function startRun(text: string) {
  const folder = temporaryFolder('test-run')
  const place = path.join(folder, 'temporary')
  mkdirSync(place)
  const file = path.join(folder, 'some.test.mjs')
  writeFileSync(
    file,
    `import { mkdtempSync } from 'node:fs'\nimport { tmpdir } from 'node:os'\nimport { test } from 'node:test'\n${text}`,
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const run = spawn(process.execPath, [script, file], {
    env: { ...env, TMPDIR: place },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { run, place }
}

const makes = "test('makes a folder', () => void mkdtempSync(tmpdir() + '/left-'))\n"

test('a run leaves nothing in the temporary folder, and fails where a test fails', async () => {
  const { run, place } = startRun(`${makes}test('fails', () => { throw new Error() })\n`)
  run.stdout.resume()
  const [code] = await once(run, 'close')
  assert.equal(code, 1)
  assert.deepEqual(readdirSync(place), [])
})

test('an error that no test has caught fails the run', async () => {
  const { run } = startRun("test('goes on', () => void setTimeout(() => Promise.reject(new Error('uncaught'))))\n")
  let output = ''
  run.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const [code] = await once(run, 'close')
  assert.equal(code, 1)
  assert.match(output, /Error: uncaught/)
})

test('nor does a run that is told to end', async () => {
  const { run, place } = startRun(
    `${makes}console.log('waiting')\ntest('waits', () => new Promise((done) => setTimeout(done, 60_000)))\n`,
  )
  let output = ''
  run.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    if (output.includes('waiting')) run.kill('SIGTERM')
  })
  await once(run, 'close')
  assert.ok(output.includes('waiting'))
  assert.deepEqual(readdirSync(place), [])
})

test('what was started in a project ends with the project, also where its test has failed', async (context) => {
  const project = createProject({})
  const waits = [process.execPath, '-e', "console.error('up'); setInterval(() => undefined, 1000)", '--']
  const [left, ended] = [project.start([], {}, waits), project.start([], {}, [process.execPath, '-e', '', '--'])]
  await until(() => left.said() !== '', 'the process')
  let signal: unknown
  void left.done.then((end) => {
    signal = end.signal
  })
  context.after(() => left.kill('SIGTERM'))
  assert.equal((await ended.done).code, 0)
  project[Symbol.dispose]()
  await until(() => signal !== undefined, 'the end of what was left')
  assert.equal(signal, 'SIGKILL')
  assert.equal(existsSync(project.root), false)
})

test('what git is asked as the product asks it is asked by another process, and answered as by git itself', async () => {
  const { run } = startRun(`import { execFile } from 'node:child_process'
    const git = (args, cwd = '/', input) => new Promise((resolve) => {
      const options = { cwd, encoding: 'buffer', maxBuffer: 1000, env: process.env }
      const child = execFile('git', args, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }))
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
    test('asks', async () => {
      const alias = 'alias.parent=!cut "-d " -f4 /proc/$PPID/stat 2>/dev/null || ps -o ppid= -p $PPID'
      const { stdout: parent } = await git(['-c', alias, 'parent'])
      const { stdout: hash } = await git(['hash-object', '--stdin'], '/', 'hello')
      const { error: no, stderr } = await git(['no-such-command'])
      const { error: nowhere } = await git(['version'], '/nowhere')
      console.log(JSON.stringify({
        isOther: Number(parent) !== process.pid, hash: hash.toString().trim(), code: no.code,
        isError: no instanceof Error, said: stderr.toString(), nowhere: nowhere.code,
      }))
    })\n`)
  let printed = ''
  run.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text
  })
  assert.deepEqual(await once(run, 'close'), [0, null], printed)
  const { said, ...answers } = JSON.parse(/^\{.*\}$/m.exec(printed)?.[0] ?? '{}')
  assert.match(said, /'no-such-command' is not a git command/)
  assert.deepEqual(answers, {
    ...{ isOther: true, hash: 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0', code: 1, isError: true, nowhere: 'ENOENT' },
  })
})

test('a TMPDIR that is set is where a run has its temporary folder', () => {
  assert.equal(temporaryPlace({ TMPDIR: tmpdir() }), tmpdir())
  assert.ok(existsSync(temporaryPlace({})))
})

test('every test file runs once; one that changes its process shares it with no other', () => {
  const texts: Record<string, string> = {
    'packages/a/test/faults/kill.test.ts': '',
    'packages/a/test/cli/hooks.test.ts': 'import x\nbefore(() => 1)\n',
    'packages/a/test/cli/environment.test.ts': "process.env.HTTP_PROXY = 'x'\n",
    'packages/a/test/cli/plain.test.ts': "test('x', () => before())\n",
    'packages/b/test/plain.test.ts': '',
  }
  for (let index = 1; index <= 32; index += 1) texts[`packages/a/test/stats/part-${index % 2}/s${index}.test.ts`] = ''
  const files = Object.keys(texts).map((file) => file.replaceAll('/', path.sep))
  const { alone, groups } = testProcesses(files, (file) => texts[file.replaceAll(path.sep, '/')] ?? '')
  assert.deepEqual(alone, files.slice(0, 3))
  assert.deepEqual([...alone, ...groups.flatMap((group) => group.files)].sort(), files.toSorted())
  assert.deepEqual(groups.map(({ name, files }) => `${name}: ${files.length}`).sort(), [
    'a-test-stats-1: 24',
    'a-test-stats-2: 8',
    'areas-of-few-files-1: 2',
  ])
})
