import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createProject, type Finished, type Project } from '../support/project.ts'
import { until } from '../support/until.ts'

/** A project whose model is a recording, so that a run takes no server. */
const files = {
  'sluice.yaml':
    'sluice: 1\njudge: {model: "recorded:judge"}\nproviders:\n  recorded: {kind: replay, files: recordings.jsonl}\n',
  'prompts/summary.prompt.yml':
    'sluice: 1\nname: summary\nmodel: recorded:m-2026-01-01\nmessages: [{role: user, content: "Say {{x}}"}]\nsuites: {fast: ../cases.jsonl}\nchecks: [{contains: word}]\n',
  'cases.jsonl': `${JSON.stringify({ id: 'a', vars: { x: 1 }, tags: ['core'] })}\n${JSON.stringify({ id: 'b', vars: { x: 2 }, tags: ['core'] })}\n`,
  'recordings.jsonl': ['a', 'b']
    .map((id) => `${JSON.stringify({ case: id, model: 'm-2026-01-01', output: id === 'a' ? 'a word' : 'nothing' })}\n`)
    .join(''),
}

describe('sluice report', () => {
  let project: Project
  let first: Finished
  before(async () => {
    project = createProject(files)
    first = await project.sluice(['eval', 'summary', '--report-dir', 'out'])
    assert.equal(first.code, 0, first.stderr)
  })
  after(() => project[Symbol.dispose]())
  const read = (file: string) => readFileSync(path.join(project.root, file), 'utf8')
  const runId = () => (JSON.parse(read('out/report.json')) as { runId: string }).runId

  test('a run leaves report.json, report.md, report.html and junit.xml', () => {
    assert.deepEqual(readdirSync(path.join(project.root, 'out')), [
      'junit.xml',
      'report.html',
      'report.json',
      'report.md',
    ])
  })

  test('shows the last run again, as it was shown then', async () => {
    const again = await project.sluice(['report'])
    assert.equal(again.code, 0, again.stderr)
    assert.equal(again.stdout, first.stdout)
  })

  test('shows a run by its id, by how its id begins, by its file and by its folder, in every format', async () => {
    const shown = async (...args: string[]) => {
      const { code, stdout, stderr } = await project.sluice(['report', ...args])
      assert.equal(code, 0, stderr)
      return stdout
    }
    assert.deepEqual(JSON.parse(await shown(runId(), '--format', 'json')), JSON.parse(read('out/report.json')))
    assert.equal(await shown(runId().slice(0, 8), '--format', 'junit'), read('out/junit.xml'))
    assert.equal(await shown('out', '--format', 'markdown'), read('out/report.md'))
    assert.equal(bodyOf(await shown('out/report.json', '--format', 'html')), bodyOf(read('out/report.html')))
  })

  test('writes to a file, and says which', async () => {
    const { code, stdout, stderr } = await project.sluice(['report', '--format', 'junit', '--out', 'deep/er/j.xml'])
    assert.deepEqual([code, stdout], [0, ''])
    assert.equal(stderr.trim(), path.join(project.root, 'deep/er/j.xml'))
    assert.equal(read('deep/er/j.xml'), read('out/junit.xml'))
  })

  test('--open hands the page to the program of the system, whatever its name holds', async () => {
    const bin = path.join(project.root, 'bin')
    mkdirSync(bin)
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(path.join(bin, name), `#!/bin/sh\nprintf %s "$1" > "${project.root}/opened"\n`)
      chmodSync(path.join(bin, name), 0o755)
    }
    const env = { PATH: `${bin}:${process.env.PATH}` }
    const { code, stderr } = await project.sluice(['report', '--open', '--out', 'a $(touch owned) b.html'], env)
    assert.equal(code, 0, stderr)
    await until(() => existsSync(path.join(project.root, 'opened')), 'the page to be opened')
    await until(() => read('opened') !== '', 'the name of the page')
    assert.equal(read('opened'), path.join(project.root, 'a $(touch owned) b.html'))
    assert.equal(existsSync(path.join(project.root, 'owned')), false)
  })

  test('says where the page lies if nothing can open it', async () => {
    const { code, stderr } = await project.sluice(['report', '--open', '--out', 'page.html'], { PATH: '/nowhere' })
    assert.equal(code, 4)
    assert.match(stderr, /cannot be started, so open .*page\.html yourself/)
  })

  test('refuses what it cannot show, with the way out', async () => {
    const refused = async (args: string[], message: RegExp) => {
      const { code, stdout, stderr } = await project.sluice(['report', ...args])
      assert.deepEqual([code, stdout], [3, ''])
      assert.match(stderr, message)
    }
    project.write({ 'old/report.json': '{"schema": "sluice.report/0"}', 'none.json': '[]' })
    await refused(
      ['old'],
      /report\.json: the schema is sluice\.report\/0; this Sluice reads sluice\.report\/1\. Repeat the run/,
    )
    await refused(['none.json'], /this is not a Sluice report/)
    await refused(['zzz'], /zzz: no such run, file or folder; the last runs are\n {2}[0-9a-f-]{36} {2}\d{4}-/)
    await refused(['--open', '--format', 'json'], /--open shows the HTML report/)
    await refused(['--format', 'pdf'], /--format pdf: expected one of terminal, markdown, html, junit, json/)
  })

  test('a project that keeps no runs says so', async () => {
    using empty = createProject({ 'sluice.yaml': 'sluice: 1\n' })
    const { code, stderr } = await empty.sluice(['report'])
    assert.equal(code, 3)
    assert.match(stderr, /no such run, file or folder; .* keeps no runs yet/)
  })
})

/** The page without its data, whose keys are in another order once they were read back. */
const bodyOf = (page: string) => page.replace(/<script type="application\/json".*<\/script>/g, '')
