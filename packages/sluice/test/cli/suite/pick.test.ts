import assert from 'node:assert/strict'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { suitePickSchema } from '../../../src/records/report/suite-pick.ts'
import { lines } from '../../support/measured-project.ts'
import { createProject } from '../../support/project.ts'

const cases = Array.from({ length: 12 }, (_, at) => ({
  id: `c${at}`,
  vars: { v: `mail ${at}` },
  tags: ['t'],
  ...(at === 0 && { critical: true }),
  ...(at === 11 && { holdout: true }),
}))

const files = {
  'sluice.yaml': 'sluice: 1\nproviders: {recorded: {kind: replay, files: answers.jsonl}}\n',
  'prompts/mail.prompt.yml':
    'sluice: 1\nmodel: recorded:a\nmessages: [{role: user, content: "{{v}}"}]\nchecks: [{contains: yes}]\nsuites: {full: ../full.jsonl}\n',
  'full.jsonl': lines(cases),
  'answers.jsonl': lines(
    cases.flatMap(({ id }, at) =>
      [1, 2, 3, 4].map((repeat) => ({
        case: id,
        model: 'a',
        repeat,
        output: at < 5 && repeat % 2 ? 'no' : `yes ${repeat}`,
      })),
    ),
  ),
}

test('a choice keeps critical cases and leaves held out ones; steady cases win once their variance is measured', async () => {
  using project = createProject(files)
  const pick = async (...flags: string[]) => project.sluice(['suite', 'pick', 'mail', '--budget-cases', '6', ...flags])
  const before = JSON.parse((await pick('--json')).stdout)
  assert.match(before.notes[0], /No variance was measured/)
  assert.ok(before.detectableDrop.after > before.detectableDrop.all)
  await project.sluice(['eval', 'mail', '--suite', 'full', '--repeats', '4'])
  const { chosen, measured, heldOut } = suitePickSchema.strict().parse(JSON.parse((await pick('--json')).stdout))
  assert.equal(measured, 11)
  assert.equal(heldOut, 1)
  assert.equal(chosen.length, 6)
  assert.ok(chosen.includes('c0'))
  assert.deepEqual(
    chosen.filter((id: string) => ['c1', 'c2', 'c3', 'c4', 'c11'].includes(id)),
    [],
  )
  const { stdout } = await pick('--out', 'fast.jsonl')
  assert.match(stdout, /Smallest drop .*\n {2}all of full: 0\.\d+\n {2}this choice: 0\.\d+/)
  const written = readFileSync(path.join(project.root, 'fast.jsonl'), 'utf8')
  assert.equal(written, lines(cases.filter(({ id }) => chosen.includes(id))))
  const again = await pick('--out', 'fast.jsonl')
  assert.deepEqual([again.code, /--force replaces it/.test(again.stderr)], [3, true])
  assert.equal((await pick('--out', 'fast.yaml')).code, 0)
  const yaml = readFileSync(path.join(project.root, 'fast.yaml'), 'utf8')
  assert.equal(yaml, written.replaceAll(/^/gm, '- ').slice(0, -2))
})

test('--force replaces a suite, and neither the one that it chooses from nor a file that is none', async () => {
  using project = createProject(files)
  const pick = (out: string) =>
    project.sluice(['suite', 'pick', 'mail', '--budget-cases', '6', '--out', out, '--force'])
  const read = (file: string) => readFileSync(path.join(project.root, file), 'utf8')
  symlinkSync('full.jsonl', path.join(project.root, 'link.jsonl'))
  for (const [out, why] of [
    ['full.jsonl', /the suite that it chooses from/],
    ['link.jsonl', /the suite that it chooses from/],
    ['sluice.yaml', /no suite/],
    ['answers.jsonl', /no suite/],
  ] as const) {
    const { code, stderr } = await pick(out)
    assert.deepEqual([code, why.test(stderr)], [3, true], `${out}: ${stderr}`)
  }
  for (const file of ['full.jsonl', 'sluice.yaml', 'answers.jsonl'] as const) assert.equal(read(file), files[file])
  project.write({ 'fast.yaml': '- {id: old, vars: {v: a}}\n' })
  assert.equal((await pick('fast.yaml')).code, 0)
  assert.doesNotMatch(read('fast.yaml'), /old/)
})

test('a budget that is missing, unpriced or too small is refused with the way out', async () => {
  using project = createProject(files)
  const none = await project.sluice(['suite', 'pick', 'mail'])
  assert.deepEqual([none.code, /give a budget/.test(none.stderr)], [3, true])
  const unpriced = await project.sluice(['suite', 'pick', 'mail', '--budget-usd', '1'])
  assert.deepEqual([unpriced.code, /no price of an answer is known/.test(unpriced.stderr)], [3, true])
  project.write({ 'full.jsonl': lines(cases.map((one) => ({ ...one, critical: true }))) })
  const small = await project.sluice(['suite', 'pick', 'mail', '--budget-cases', '3'])
  assert.deepEqual([small.code, /the 11 critical cases of full are always in/.test(small.stderr)], [3, true])
})

test('the format of a choice has a schema, and what is shipped is it', async () => {
  using project = createProject({})
  const { code, stdout } = await project.sluice(['schema', 'suite-pick'])
  const schema = JSON.parse(stdout)
  const shipped = readFileSync(path.join(import.meta.dirname, '../../../schemas/suite-pick.schema.json'), 'utf8')
  assert.deepEqual([code, schema], [0, JSON.parse(shipped)])
})
