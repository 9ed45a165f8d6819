import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CalibrationInput, calibrate } from '../../../src/gate/calibration/calibrate.ts'
import { withJudge } from '../../../src/gate/calibration/judge-reason.ts'
import { outputHash, outputKey } from '../../../src/gate/labels/label-files.ts'
import type { CurrentLabel } from '../../../src/gate/labels/read-labels.ts'
import { calibrationNotes } from '../../../src/gate/report/calibration-notes.ts'
import type { JudgedOutput, LabelledOutput } from '../../../src/records/label.ts'
import { type Calibration, calibrationSchema } from '../../../src/records/report/calibration.ts'

type Said = 'yes' | 'no' | 'cannot_tell'
interface Row {
  human: CurrentLabel['verdict'] | CurrentLabel['verdict'][]
  judge: Said | Said[]
  item?: string
  version?: string
  candidate?: boolean
  length?: number
  probability?: number
}

const at = '2026-11-26T10:00:00.000Z'
const leftOut = { unknownCase: 0, unknownItem: 0, noText: 0, otherMaterial: 0, ofModel: 0, sawJudge: 0 }

/** Each row is one output of a case of its own. */
function calibrated(rows: readonly Row[], more: Partial<CalibrationInput> = {}): Calibration {
  const outputs = rows.map(({ version, candidate = false, length = 10 }, index): LabelledOutput => {
    const text = `${index}`.padEnd(length, '.')
    return { output: outputHash(text), case: `c${index}`, version: version ?? null, text, repeat: 1, candidate }
  })
  const key = (index: number) => ({ case: `c${index}`, output: outputs[index]?.output ?? '' })
  const labels = rows.flatMap(({ human, item = 'actions', probability }, index) =>
    [human].flat().map((verdict, person): CurrentLabel => {
      const who = { labeller: `person ${person}`, kind: 'human' as const, at, version: null, sawJudge: false }
      return { ...key(index), item, verdict, ...who, probability: probability ?? null }
    }),
  )
  const judged = rows.flatMap(({ judge, item = 'actions' }, index) =>
    [judge].flat().map((verdict, repeat): JudgedOutput => {
      return { ...key(index), judge: 'j', item, verdict, repeat: repeat + 1, at }
    }),
  )
  const found = calibrate({
    feature: 'summary',
    judge: { id: 'j', model: 'local:judge' },
    labels: { labels, judged, leftOut, outputs: new Map(outputs.map((output) => [outputKey(output), output])) },
    caseOf: (id) => ({ judge: 'j', cluster: id }),
    rubric: [{ id: 'actions', weight: 1 }],
    rule: { minKappa: 0.6, minTpr: null, minTnr: null },
    margin: 0.03,
    ...more,
  })
  return calibrationSchema.parse(found)
}

const times = (count: number, row: Row) => new Array<Row>(count).fill(row)
const good: Row = { human: 'yes', judge: 'yes' }
const bad: Row = { human: 'no', judge: 'no' }

test('labels that are all alike leave kappa undefined, and say what to label', () => {
  const { all, verdict, labelsNeeded } = calibrated(times(60, good))
  assert.equal(all?.kappa, null)
  assert.equal(all?.qwk, null)
  assert.match(all?.whyNoKappa ?? '', /people said yes of everything.*label outputs that seem bad/)
  assert.equal(all?.tnr, null)
  assert.equal(verdict, 'too few labels')
  assert.equal(labelsNeeded, null)
})

test('a judge that cannot tell has not agreed', () => {
  const told = calibrated([...times(20, good), ...times(20, bad)])
  const silent = calibrated([...times(20, good), ...times(20, { human: 'no', judge: 'cannot_tell' })])
  assert.equal(told.verdict, 'may gate')
  assert.equal(silent.all?.tnr?.value, 0)
  assert.equal(silent.verdict, 'may not gate')
  assert.ok((silent.all?.qwk?.value ?? 0) > (silent.all?.kappa?.value ?? 1), 'half a step is better than a whole one')
})

test('people who contradict each other, or find the rubric silent, do not count', () => {
  const { notCounted, all } = calibrated([
    ...times(3, { human: ['yes', 'no'], judge: 'yes' }),
    ...times(2, { human: ['yes', 'no', 'no'], judge: 'no' }),
    { human: ['unclear', 'yes'], judge: 'yes' },
  ])
  assert.deepEqual([notCounted.conflicts, notCounted.unclear, all?.labels], [3, 1, 2])
})

test('one labeller leaves the agreement of people unknown; two give the ceiling', () => {
  const alone = calibrated([...times(20, good), ...times(20, bad)])
  assert.equal(alone.labellers.kappa, null)
  assert.match(alone.labellers.why ?? '', /one person labelled/)
  const twice = calibrated([
    ...times(20, { ...good, human: ['yes', 'yes'] }),
    ...times(19, { ...bad, human: ['no', 'no'] }),
    { human: ['yes', 'no'], judge: 'no' },
  ])
  assert.equal(twice.labellers.exact, 39 / 40)
  assert.ok(Math.abs((twice.labellers.kappa?.value ?? 0) - 0.95) < 0.001)
})

test('an item of the rubric that hardly anybody labelled keeps the judge from gating', () => {
  const rubric = ['actions', 'tone'].map((id) => ({ id, weight: 1 }))
  const { verdict, reason, labelsNeeded } = calibrated(
    [...times(20, good), ...times(20, bad), ...times(3, { ...good, item: 'tone' })],
    { rubric },
  )
  assert.equal(verdict, 'too few labels')
  assert.equal(labelsNeeded, 7)
  assert.match(reason, /each item needs 10 labels: tone has 3/)
})

test('a judge that contradicts all labels of an item may not gate, although one kind of labels leaves no kappa', () => {
  const tone = { human: 'no', item: 'tone' } as const
  const others = [...times(100, good), ...times(100, bad)]
  const wrong = calibrated([...others, ...times(10, { ...tone, judge: 'yes' })])
  assert.ok((wrong.all?.kappa?.low ?? 0) > 0.6, 'the other items alone would carry it')
  assert.equal(wrong.verdict, 'may not gate')
  assert.match(wrong.reason, /^item tone: TNR 0\.000 .* is below 0\.6/)
  const right = calibrated([...others, ...times(10, { ...tone, judge: 'no' })])
  assert.equal(right.verdict, 'may gate')
  assert.match(
    right.reason,
    /all 10 labels of tone are no, so it is not known whether the judge says yes where it must$/,
  )
  assert.match(calibrationNotes(right, 'summary').join(' '), /leave a question open: all 10 labels of tone are no/)
  assert.deepEqual(calibrationNotes(calibrated(others), 'summary'), [])
})

test('an item that is shown to be bad is not outvoted by the others', () => {
  const blind = { human: 'no', judge: 'yes', item: 'tone' } as const
  const { verdict, reason } = calibrated([
    ...times(60, good),
    ...times(60, bad),
    ...times(15, blind),
    ...times(15, { ...good, item: 'tone' }),
  ])
  assert.equal(verdict, 'may not gate')
  assert.match(reason, /^item tone: kappa 0\.000/)
})

test('rates that are asked for count by the lower end, and how many more labels decide is computed', () => {
  const rows = [...times(30, good), ...times(10, bad)]
  assert.equal(calibrated(rows).verdict, 'may gate')
  const asked = calibrated(rows, { rule: { minKappa: 0.6, minTpr: null, minTnr: 0.8 } })
  assert.equal(asked.verdict, 'too few labels')
  // 17 of 17 have a lower end of 0.805, so 17 / 10 as many labels are needed, in steps of a tenth.
  assert.ok(asked.labelsNeeded && asked.labelsNeeded >= 28 && asked.labelsNeeded <= 31, `${asked.labelsNeeded}`)
})

test('labels drawn seldom weigh more', () => {
  const missed: Row = { human: 'no', judge: 'yes', probability: 0.1 }
  const { all } = calibrated([...times(20, good), ...times(20, bad), missed, missed])
  assert.equal(all?.tnr?.value, 20 / 40)
})

test('a judge that is kinder to long outputs, or to one version, is found', () => {
  const kind: Row = { human: 'no', judge: 'yes' }
  const long = calibrated([
    ...times(20, { ...good, length: 20 }),
    ...times(20, { ...bad, length: 20 }),
    ...times(20, { ...kind, length: 90 }),
  ])
  assert.ok(long.verbosityBias && long.verbosityBias.low > 0.5)
  const versions = { candidate: 'aaa', baseline: 'bbb' }
  const sided = calibrated(
    [
      ...times(30, { ...kind, version: 'aaa' }),
      ...times(30, { ...good, version: 'aaa' }),
      ...times(60, { ...bad, version: 'bbb' }),
    ],
    { versions },
  )
  assert.equal(sided.versionBias?.state, 'judge-limited')
  const pass = { verdict: 'pass' as const, strength: 'strong' as const, reasons: [], exitCode: 0 as const }
  const restsOn = { feature: 'summary', asked: true, calibration: sided }
  const limited = withJudge(pass, restsOn, { onUncalibrated: 'allow' })
  assert.equal(limited.strength, 'weak')
  assert.match(limited.reasons[0]?.message ?? '', /^Judge-limited: .*more than half of the margin/)
  assert.deepEqual(withJudge(pass, { ...restsOn, asked: false }, { onUncalibrated: 'block' }), pass)
  const fail = { ...pass, verdict: 'fail' as const, exitCode: 1 as const }
  assert.equal(withJudge(fail, restsOn, { onUncalibrated: 'block' }).exitCode, 1)
})

test('a run is corrected by PPI++ only with labels on outputs of its own version', () => {
  const labels = [
    ...times(20, { ...good, version: 'aaa' }),
    ...times(20, { human: 'no', judge: 'yes', version: 'aaa' }),
  ]
  const run = Array.from({ length: 100 }, (_, i) => ({ item: 'actions', cluster: `c${i}`, yes: 1, weight: 1 }))
  const own = calibrated(labels, { run, candidate: 'aaa' }).corrected
  assert.equal(own?.raw, 1)
  assert.ok(own?.ppi && Math.abs(own.ppi.value - 0.5) < 0.05, JSON.stringify(own))
  assert.match(own.why ?? '', /Rogan and Gladen: the judge is hardly better than chance/)
  const other = calibrated(labels, { run, candidate: 'bbb' }).corrected
  assert.equal(other?.ppi, null)
  assert.match(other?.why ?? '', /PPI\+\+: 0 labels on outputs of this version/)
})

test('with fifty labelled outputs there is a map from scores of the judge to those of people', () => {
  assert.equal(calibrated([...times(20, good), ...times(20, bad)]).isotonic, null)
  const { isotonic } = calibrated([...times(30, good), ...times(20, bad), ...times(10, { human: 'no', judge: 'yes' })])
  assert.deepEqual(isotonic, [
    { judge: 0, people: 0 },
    { judge: 1, people: 0.75 },
  ])
})

test('many labels take no longer than their patterns', () => {
  const { all } = calibrated([...times(10_000, good), ...times(10_000, bad)])
  assert.equal(all?.labels, 20_000)
})
