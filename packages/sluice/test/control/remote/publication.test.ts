import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicationOf } from '../../../src/control/remote/publication.ts'
import { defaultJudge } from '../../../src/core/suite/models/default-judge.ts'
import { versionId } from '../../../src/core/suite/prompt/version.ts'
import { promptVersionSchema } from '../../../src/records/prompt-version.ts'
import type { Report } from '../../../src/records/report/report.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { good, goodPrompt, load } from '../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'

async function publication(extra: string, report: Report | null = null) {
  const project = await load({ ...good({ [file]: goodPrompt + extra }), 'lib/redact.ts': '' })
  const [prompt] = project.prompts
  assert.ok(prompt, project.diagnostics.map(({ message }) => message).join())
  return publicationOf(prompt, { config: project.config, report, source: 'abc' })
}

test('what is published gives the id of the version, and settings as they were written', async () => {
  const { content, rollout, live, judge, rubric } = await publication(
    'version: "2.0"\nlive: {store: true, redact: "../lib/redact.ts#clean"}\nrollout: {stages: [{percent: 10, soak: 1h}]}\n',
  )
  assert.equal(content.id, versionId(content))
  assert.equal(content.label, '2.0')
  assert.deepEqual(rolloutSettingsSchema.parse(rollout).stages, [{ ppm: 100_000, soakMs: 3_600_000 }])
  assert.equal((live as { redact: string }).redact, 'lib/redact.ts#clean', 'relative to the project, which moves')
  assert.deepEqual([judge?.model, rubric.length], [defaultJudge.model, 1])
})

test('a version with tools is published whole, under the id that the gate judged', async () => {
  const tools = `tools:
  - {name: lookup, description: Finds it., parameters: {type: object, properties: {max: {maximum: 12345678901234567890}}}}
  - {name: close}
toolChoice: {name: lookup}
maxSteps: 4
mocks: [{tool: lookup, result: secret}]
`
  const { content } = await publication(tools)
  assert.deepEqual(
    [content.tools?.map(({ name }) => name), content.toolChoice, content.maxSteps],
    [['lookup', 'close'], { name: 'lookup' }, 4],
  )
  assert.equal(versionId(content), content.id)
  // The mocks are how the gate asks, and no part of what an application needs.
  assert.doesNotMatch(JSON.stringify(content), /secret/)
  const plain = JSON.parse(JSON.stringify({ ...content, tools: content.tools?.slice(1), toolChoice: 'auto' }))
  assert.deepEqual(promptVersionSchema.parse(plain), plain)
})

test('which settings the file holds is published, since a default that somebody wrote is meant', async () => {
  const { written } = await publication(
    'live: {judge: {percent: 10}}\nrollout: {stages: [{percent: 10, soak: 1h}], flagMargin: 0.01, signals: {score: 0.4}}\n',
  )
  assert.deepEqual(written?.toSorted(), [
    'live.judge.percent',
    'rollout.flagMargin',
    'rollout.signals.score',
    'rollout.stages',
  ])
  assert.equal((await publication('')).written, undefined)
})

test('of a report only the part about the feature goes along, without cases', async () => {
  const part = (feature: string) => ({ feature, cases: [{ id: 'a', score: 1, baselineScore: 1, input: 'secret' }] })
  const report = { features: [part('other'), part('summary')] } as unknown as Report
  assert.deepEqual((await publication('', report)).report, {
    features: [{ feature: 'summary', fallen: [], cases: [] }],
  })
  assert.equal((await publication('')).report, null)
})

test('of the cases of a report the names and scores of those that fell most are published, and no text', async () => {
  const scored = (id: string, score: number | null, baselineScore: number | null, more = {}) => ({
    ...{ id, score, baselineScore, ...more },
    ...{ state: 'scored', input: 'private', output: 'private', baselineOutput: 'private' },
  })
  const cases = [
    ...Array.from({ length: 20 }, (_, index) => scored(`case-${index}`, 0.5, 0.5 + index / 100)),
    ...[scored('better', 1, 0.2), scored('without a score', null, 0.9), scored('new', 0.1, null)],
    ...[
      scored('held-out', 0, 1, { holdout: true }),
      scored('flaky', 0, 1, { quarantine: { until: 'x', reason: 'y' } }),
    ],
  ]
  const report = (of: object[]) => ({ features: [{ feature: 'summary', cases: of }] }) as unknown as Report
  const published = (await publication('', report(cases))).report
  assert.doesNotMatch(JSON.stringify(published), /private|held-out|flaky/)
  const [part] = (published?.features ?? []) as unknown as {
    fallen: { case: string; score: number }[]
    cases: unknown[]
  }[]
  assert.deepEqual(part?.cases, [])
  assert.deepEqual(
    part?.fallen.map((one) => one.case),
    Array.from({ length: 15 }, (_, index) => `case-${19 - index}`),
  )
  assert.deepEqual(part?.fallen[0], { case: 'case-19', baselineScore: 0.69, score: 0.5 })
  const [kept] = (await publication('', report([]))).report?.features ?? []
  assert.ok(kept && !('fallen' in kept), 'a report without its cases does not say that none fell')
})
