import assert from 'node:assert/strict'
import { readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readReport } from '../../support/gate-project.ts'
import { edit, lines, suiteOf, worseProject } from '../../support/measured-project.ts'

const prompt = 'prompts/mail.prompt.yml'

test('without any of them the worse version fails, and nothing is said', async () => {
  using project = worseProject()
  const { code } = await project.sluice(['gate', '--report-dir', 'out'])
  assert.equal(code, 1)
  const { findings, measureChanges } = readReport(project, 'out')
  assert.deepEqual(measureChanges, [])
  assert.deepEqual(
    findings.map(({ code: of, severity, message }) => [of, severity, message]),
    [['recorded-answers', 'note', 'All answers come from recordings (recorded): no model was asked for them.']],
  )
})

test('how a file is written is no part of the measure', async () => {
  using project = worseProject()
  edit(project, 'sluice.yaml', 'gate: {threshold: 0.8}', '# the floor\ngate:\n  threshold: 0.80\n  margin: 0.03')
  edit(
    project,
    prompt,
    '[{contains: yes}, {module: ../checks/polite.ts, weight: 0}]',
    '\n- module: ../checks/polite.ts\n  weight: 0\n- "contains": "yes"',
  )
  renameSync(path.join(project.root, 'evals/mail.jsonl'), path.join(project.root, 'evals/other.jsonl'))
  edit(project, prompt, 'mail.jsonl', 'other.jsonl')
  project.write({
    'evals/other.jsonl': suiteOf((row) => row)
      .split('\n')
      .reverse()
      .join('\n'),
  })
  const { code } = await project.sluice(['gate', '--report-dir', 'out'])
  assert.equal(code, 1)
  assert.deepEqual(readReport(project, 'out').measureChanges, [])
})

test('hundreds of cases are one line, and a hostile name acts nowhere', async () => {
  const hostile = '<img src=x onerror=alert(1)> @all **c** \u001b[31m'.replace('\u001b', '')
  const rows = Array.from({ length: 300 }, (_, index) => ({
    id: index === 0 ? hostile : `x${index}`,
    vars: { v: 'a' },
    tags: ['t'],
  }))
  using project = worseProject({ 'evals/mail.jsonl': suiteOf((row) => row) + lines(rows) })
  project.write({ 'evals/mail.jsonl': suiteOf((row) => row) })
  await project.sluice(['gate', '--report-dir', 'out'])
  const removed = readReport(project, 'out').measureChanges.filter(({ kind }) => kind === 'cases')
  assert.deepEqual(
    removed.map(({ cases }) => cases),
    [300],
  )
  const markdown = readFileSync(path.join(project.root, 'out/report.md'), 'utf8')
  assert.match(markdown, /300 cases removed.* and 295 more/)
  assert.doesNotMatch(markdown, /<img|[^\u200b]@all|\*\*c\*\*/)
  assert.doesNotMatch(readFileSync(path.join(project.root, 'out/report.html'), 'utf8'), /<img/)
})

test('where there is nothing to compare with, that is said', async () => {
  using project = worseProject()
  rmSync(path.join(project.root, '.git'), { recursive: true })
  const { stdout } = await project.sluice(['gate', '--all'])
  assert.match(
    stdout.replaceAll(/\s+/g, ' '),
    /no base commit to compare with: whether this change weakens its own measure is unknown/,
  )
})

test('every command that judges refuses a store that came with the checkout', async () => {
  using project = worseProject()
  project.write({ '.sluice/sluice.db': 'answers' })
  project.git('add', '-f', '.sluice/sluice.db')
  for (const args of [['gate'], ['eval', 'mail'], ['compare', 'mail', '--baseline', 'main'], ['nightly']]) {
    const { code, stderr } = await project.sluice(args)
    assert.equal(code, 3, args.join(' '))
    assert.match(stderr, /git rm -r --cached \.sluice/)
  }
})
