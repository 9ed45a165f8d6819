import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { askedRepeats } from '../../../src/gate/upgrade/upgrade-feature.ts'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { createProject } from '../../support/project.ts'
import { good, judges, recordedProject } from '../../support/recorded-models.ts'

const says = () => good
const models = { old: { says }, cheap: { says, usd: 0.001 }, judge: judges(() => 'yes') }

test('without --repeats a feature is asked as often as its gate at most, and the report says so', async () => {
  assert.deepEqual(askedRepeats(2, { repeats: [1] }), { repeats: 2, remarks: [] })
  assert.deepEqual(askedRepeats(undefined, { repeats: [1, 2, 3, 5, 8] }), { repeats: 3, remarks: [] })
  assert.equal(askedRepeats(undefined, { repeats: [1, 4] }).repeats, 4)
  const files = recordedProject({ models, features: ['summary', 'triage'] })
  using project = createProject(files)
  const file = 'prompts/summary.prompt.yml'
  project.write({ [file]: `${readFileSync(path.join(project.root, file), 'utf8')}gate: {repeats: [1]}\n` })
  const { stdout, stderr } = await project.sluice([
    ...['upgrade', '--from', 'recorded:old', '--json'],
    ...['--to', 'recorded:cheap'],
  ])
  assert.ok(stdout.startsWith('{'), stderr)
  const { features } = upgradeReportSchema.parse(JSON.parse(stdout))
  const [summary, triage] = features
  assert.equal(summary?.repeats, 1)
  assert.ok(summary?.notes.some((note) => /asked once, since gate\.repeats ends there/.test(note)))
  assert.ok((triage?.repeats ?? 0) > 1, JSON.stringify(triage?.notes))
})
