import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'

const model = await fakeModel(() => `Action item: send the invoice ${'x'.repeat(5000)}`)
const project = createProject({ ...summaryFiles({ url: model.url, cases: 60 }), 'in-the-way': 'a file' })
after(async () => {
  project[Symbol.dispose]()
  await model[Symbol.asyncDispose]()
})

/** Runs `sluice eval summary` in a shell that sends its output somewhere; resolves to its exit code and what it said. */
async function evalTo(redirection: string, ...flags: string[]) {
  const script = `"$@" ${redirection}; echo "exit \${PIPESTATUS[0]}"`
  const run = project.start(['eval', 'summary', ...flags], {}, ['bash', '-c', script, 'bash', process.execPath])
  const { stdout, stderr } = await run.done
  assert.doesNotMatch(stderr + stdout, /^\s+at /m)
  return { code: Number(/exit (\d+)\n$/.exec(stdout)?.[1]), stdout, stderr }
}

test('a reader that has seen enough of the report leaves the exit code as it is, and its folder, which is made', async () => {
  const json = await evalTo('| head -n 1', '--json', '--report-dir', 'new/folder')
  assert.deepEqual([json.code, json.stdout], [0, '{\nexit 0\n'])
  for (const file of ['report.json', 'report.md']) assert.ok(existsSync(path.join(project.root, 'new/folder', file)))
  assert.equal((await evalTo('| true')).code, 0)
  assert.equal((await evalTo('2>&1 | true')).code, 0)
  assert.equal((await evalTo('2>&1 | true', '--threshold-of-nothing')).code, 3)
})

for (const flags of [[], ['--json']]) {
  test(`a report that cannot be written to stdout is no success: ${flags}`, async () => {
    const { code, stderr } = await evalTo('> /dev/full', ...flags)
    assert.equal(code, 4, stderr)
    assert.match(stderr, /^stdout cannot be written: .*ENOSPC/m)
  })
}

for (const flags of [[], ['--json']]) {
  test(`a report folder that cannot be made is named, and the verdict is shown all the same: ${flags}`, async () => {
    const { code, stdout, stderr } = await project.binary(['eval', 'summary', '--report-dir', 'in-the-way/r', ...flags])
    assert.equal(code, 4, stderr)
    assert.ok(stderr.includes(path.join(project.root, 'in-the-way/r/report.json')), stderr)
    assert.match(stderr, /cannot be written: .*(ENOTDIR|EEXIST)/)
    if (flags.length === 0) assert.match(stdout, /summary/)
    else assert.equal(JSON.parse(stdout).features[0].coverage.scored, 60)
  })
}

test('what an application leaves open does not keep the run from ending', { timeout: 60_000 }, async () => {
  using own = createProject({
    ...summaryFiles({ url: model.url, prompt: 'target: {module: ../app.mjs}\n' }),
    'app.mjs': `setInterval(() => {}, 1000)\nexport default () => 'Action item: ' + 'x'.repeat(100_000)`,
  })
  const { code, stdout, stderr } = await own.binary(['eval', 'summary', '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).features[0].cases.length, 10)
})
