import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DrillReport, drillReportSchema } from '../../../src/records/report/drill-report.ts'
import { fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

const good = 'Action item: Ann sends the invoice.\n- Pay 1182 by Friday.\n- Call Ann Berg on Monday.'

/** A judge that looks for both items of the list. */
function careful(request: Parameters<typeof isJudgeRequest>[0]): Reply {
  const text = textOf(request).split('<<<BEGIN OUTPUT')[1] ?? ''
  if (!isJudgeRequest(request)) return good
  return judgement({ actions: text.includes('Pay') && text.includes('Call') ? 'yes' : 'no' })
}

async function drilled(project: Project, ...flags: string[]): Promise<{ code: number | null; report: DrillReport }> {
  const { code, stdout, stderr } = await project.sluice(['drill', 'summary', '--mutants', '2', ...flags, '--json'])
  assert.ok(stdout.startsWith('{'), stderr)
  return { code, report: drillReportSchema.parse(JSON.parse(stdout)) }
}

const outcomesOf = ({ mutants }: DrillReport, mutator: string) =>
  new Set(mutants.filter((one) => one.mutator === mutator).map(({ outcome }) => outcome))

test('a lost item that the judge asks for is killed, another number that nobody asks for survives', async () => {
  await using model = await fakeModel(careful)
  using project = createProject(summaryFiles({ url: model.url, cases: 8, rubric: true }))
  const flags = ['--only', 'drop-item,number,break-json', '--strength', 'medium,strong']
  const { code, report } = await drilled(project, ...flags)
  assert.equal(report.state, 'drilled')
  assert.deepEqual(outcomesOf(report, 'drop-item'), new Set(['killed']))
  assert.deepEqual(outcomesOf(report, 'number'), new Set(['survived']))
  assert.equal(code, 1)
  assert.deepEqual(report.notApplicable, [{ mutator: 'break-json', needs: 'JSON' }])
  assert.ok(!report.mutants.some(({ mutator }) => mutator === 'break-json'), 'no survivor where nothing was changed')
  const [kill] = report.mutants
  assert.deepEqual(kill?.noticedBy, ['actions'])
  assert.equal(report.baseline.unchanged.failed, 0)
  const [survivor] = report.survivors
  assert.deepEqual([survivor?.mutator, survivor?.why, survivor?.survived], ['number', 'nothing-asks', 4])
  assert.match(survivor?.proposals[0]?.yaml ?? '', /checks:\n {2}- contains: ["']1182["']/)
  const { before, passesBefore, after, failsAfter } = survivor?.proposals[0]?.tried ?? {}
  assert.deepEqual([before, after], [passesBefore, failsAfter], 'the proposed check passes before and fails after')

  const asked = model.requests.length
  const again = await drilled(project, ...flags)
  assert.equal(model.requests.length, asked, 'a second drill asks nothing')
  assert.deepEqual(again.report.mutants, report.mutants)
})

test('a judge that is asked and does not see it, and a drop too small for the suite, are told apart', async () => {
  await using model = await fakeModel((request) => {
    if (!isJudgeRequest(request)) return good
    return judgement({ actions: 'yes', numbers: /- Pay (?!1182)\d/.test(textOf(request)) ? 'no' : 'yes' })
  })
  const prompt = `rubric:
  - {id: actions, ask: Does it list every action item?, weight: 9}
  - {id: numbers, ask: Is each number right?, weight: 0.2}
`
  using project = createProject(summaryFiles({ url: model.url, cases: 8, prompt }))
  const { report } = await drilled(project, '--only', 'drop-sentence,drop-item,number', '--strength', 'strong')
  const causes = report.survivors.map(({ mutator, why }) => [mutator, why])
  assert.deepEqual(causes, [
    ['drop-item', 'judge-blind'],
    ['number', 'too-few'],
  ])
  assert.deepEqual(
    report.notApplicable.map(({ mutator }) => mutator),
    ['drop-sentence'],
  )
  assert.match(report.survivors[1]?.proposals[0]?.yaml ?? '', /id: numbers[\s\S]*must: true/)
  const { stdout } = await project.sluice([
    'drill',
    'summary',
    '--only',
    'number',
    '--strength',
    'weak',
    '--mutants',
    '1',
  ])
  assert.match(stdout, /number \(weak\): 1 survived of 1: too few cases or answers/)
})

test('a version that does not pass, and one that scores 0 everywhere, are named', async () => {
  await using model = await fakeModel((request) => (isJudgeRequest(request) ? judgement({ actions: 'no' }) : good))
  using project = createProject(summaryFiles({ url: model.url, cases: 6, rubric: true }))
  const { code, report } = await drilled(project)
  assert.deepEqual([code, report.state, report.mutants.length], [2, 'baseline-fails', 0])
  await using poor = await fakeModel(() => 'nothing')
  using other = createProject(summaryFiles({ url: poor.url, cases: 6 }))
  const failing = await drilled(other)
  assert.deepEqual([failing.code, failing.report.state], [2, 'everything-fails'])
})

test('a budget that ends before the first answer is named as the reason', async () => {
  await using model = await fakeModel(careful)
  using project = createProject(summaryFiles({ url: model.url, cases: 4, rubric: true }))
  const { code, report } = await drilled(project, '--only', 'number', '--budget-usd', '0.000001')
  assert.deepEqual([code, report.state], [4, 'no-answers'])
  assert.match(report.message ?? '', /budget ended.*--budget-usd/)
})

test('a mutator that does not exist is named with the others', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:9/v1' }))
  const { code, stderr } = await project.sluice(['drill', 'summary', '--only', 'drop-itme'])
  assert.equal(code, 3)
  assert.match(stderr, /--only drop-itme: there is no such mutator\. Mutators: drop-item, /)
})

test('a judge that cannot be asked about changed answers gives no rate and no success', async () => {
  await using model = await fakeModel((request) => {
    const isChanged =
      isJudgeRequest(request) && !textOf(request).includes('| - Pay 1182 by Friday.\n| - Call Ann Berg on Monday.')
    return isChanged ? { status: 400, body: '{"error":{"message":"no such text"}}' } : careful(request)
  })
  const prompt =
    'checks: [{contains: "- Call Ann Berg", must: true}]\nrubric: [{id: actions, ask: Is it complete and correct?}]\n'
  const files = summaryFiles({ url: model.url, cases: 6, prompt })
  using project = createProject({
    ...files,
    'prompts/summary.prompt.yml': files['prompts/summary.prompt.yml'].replace(
      'checks: [{contains: Action item}]\n',
      '',
    ),
  })
  const { code, report } = await drilled(project, '--only', 'drop-item,date', '--strength', 'strong')
  assert.deepEqual(outcomesOf(report, 'drop-item'), new Set(['killed']), 'the check alone kills it')
  assert.deepEqual(outcomesOf(report, 'date'), new Set(['not-judged']))
  const rates = report.rates.map(({ mutator, killed, notJudged, rate }) => [mutator, killed, notJudged, rate])
  assert.deepEqual(rates, [
    ['drop-item', 2, 0, 1],
    ['date', 0, 2, null],
    [null, 2, 2, null],
  ])
  assert.equal(code, 2)
  const asked = model.requests.length
  const checks = await drilled(project, '--only', 'drop-item,date', '--strength', 'strong', '--without-judge')
  assert.equal(model.requests.length, asked, 'the judge is not asked')
  assert.deepEqual(outcomesOf(checks.report, 'drop-item'), new Set(['killed']))
  assert.deepEqual(outcomesOf(checks.report, 'date'), new Set(['survived']))
  assert.deepEqual(
    checks.report.survivors.map(({ why }) => why),
    ['nothing-asks'],
    'the judge is not blamed',
  )
  assert.match(report.notes[0] ?? '', /2 of 4 mutants were not judged, so nothing is known of them: /)
})

test('a check that would fail an answer as it is, is not proposed', async () => {
  await using model = await fakeModel(() => 'Action item: Ann possibly sends the invoice.')
  using project = createProject(summaryFiles({ url: model.url, cases: 4 }))
  const { report } = await drilled(project, '--only', 'hedge,injection', '--strength', 'strong')
  const yamls = report.survivors.map(({ mutator, proposals }) => [mutator, /checks:/.test(proposals[0]?.yaml ?? '')])
  assert.deepEqual(yamls, [
    ['hedge', false],
    ['injection', true],
  ])
})

const polite = `${good}\nThanks.`
/** An item of little weight sees each wrong number, and one of more weight an answer that varies between repeats. */
const noisy = `rubric:
  - {id: actions, ask: Does it list every action item?, weight: 9}
  - {id: numbers, ask: Is each number right?, weight: 0.2}
  - {id: tone, ask: Is it short?, weight: 1.2}
`

/** What is proposed against wrong numbers that too few answers show. */
async function moreAnswers(files: (url: string) => Record<string, string>): Promise<[place: string, yaml: string][]> {
  let asked = 0
  await using model = await fakeModel((request) => {
    const text = textOf(request)
    if (!isJudgeRequest(request)) return asked++ % 2 === 0 ? polite : good
    const numbers = /- Pay (?!1182)\d/.test(text) ? 'no' : 'yes'
    return judgement({ actions: 'yes', numbers, tone: text.includes('Thanks.') ? 'no' : 'yes' })
  })
  using project = createProject(files(model.url))
  const { report } = await drilled(project, '--only', 'number', '--strength', 'strong', '--concurrency', '1')
  const [survivor] = report.survivors
  assert.equal(survivor?.why, 'too-few')
  return survivor.proposals.slice(1).map(({ place, yaml }) => [place, yaml])
}

test('more answers are proposed as a further round after those that the prompt file sets', async () => {
  const [more] = await moreAnswers((url) => {
    return summaryFiles({ url, cases: 8, prompt: `${noisy}gate: {repeats: [1, 3]}\n` })
  })
  assert.equal(more?.[0], 'prompts/summary.prompt.yml')
  assert.match(more[1], /^gate:\n {2}repeats:\n {4}- 1\n {4}- 3\n {4}- ([4-9]|\d\d)\n$/)
})

test('where recordings end before the rounds of the settings, no round is proposed but more recordings', async () => {
  const recorded = [1, 2, 3].flatMap((repeat) =>
    Array.from({ length: 8 }, (_, at) => {
      const output = (at + repeat) % 2 === 0 ? polite : good
      return JSON.stringify({ case: `case-${at}`, model: 'a', repeat, output })
    }),
  )
  const proposed = await moreAnswers((url) => {
    const files = summaryFiles({ url, cases: 8, prompt: noisy })
    return {
      ...files,
      'sluice.yaml': files['sluice.yaml'].replace(
        'providers:',
        'providers:\n  kept: {kind: replay, files: kept.jsonl}',
      ),
      'prompts/summary.prompt.yml': files['prompts/summary.prompt.yml'].replace('local:model-a', 'kept:a'),
      'kept.jsonl': `${recorded.join('\n')}\n`,
    }
  })
  assert.deepEqual(proposed, [['the recordings', '']])
})
