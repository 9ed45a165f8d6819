import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { highlightsOf } from '../../../../src/gate/report/highlights.ts'
import { createPaint, wantsColor } from '../../../../src/gate/report/terminal/ansi.ts'
import { renderTerminal } from '../../../../src/gate/report/terminal/terminal.ts'
import type { FeatureSummary } from '../../../../src/records/report/feature-report.ts'
import { displayWidth } from '../../../../src/text/layout.ts'
import { everythingHostile, hostileCase, hostileReport, hostileTexts } from '../../../support/report/hostile.ts'
import { incidentCases, incidentFeature, incidentReport, passedFeature } from '../../../support/report/incident.ts'

const render = (features: FeatureSummary[], options: { width?: number; color?: boolean } = {}) =>
  renderTerminal(
    incidentReport({ features, verdict: features[0]?.verdict ?? null }),
    features.map(() => highlightsOf(incidentCases)),
    { color: false, ...options },
  )

test('verdict and reason stand first, then the numbers, tags and worst cases', () => {
  const text = render([incidentFeature()])
  const lines = text.split('\n')
  assert.equal(lines[0], 'FAIL  email-summary')
  assert.equal(lines[1], 'The mean dropped by 0.121, which is more than the margin of 0.030.')
  assert.ok(lines.includes('  mean       0.856, 95 % interval [0.814, 0.898], baseline 0.977'))
  assert.ok(lines.includes('  change     -0.121 [-0.156, -0.086], margin 0.030: fail; 39 pairs, 2 repeats'))
  assert.ok(lines.includes('  threshold  0.850: inconclusive'))
  assert.match(text, /^ {2}actions +6 +0\.167 +-0\.833 +\[-0\.970, -0\.700\] +fail$/m)
  assert.match(text, /^ {2}1 tag with too few cases to be judged: edge\.$/m)
  const order = [
    'mean ',
    'tag ',
    'worst regressions (5 of 6)',
    'without a score',
    'coverage',
    'cost',
    'latency',
    'again:',
  ]
  const places = order.map((word) => text.indexOf(`\n${word === 'again:' ? '' : '  '}${word}`))
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  )
  assert.ok(!places.includes(-1), String(places))
})

test('a worst case names its scores, how often it passed, what it lost and why', () => {
  const text = render([incidentFeature()], { width: 120 })
  assert.match(text, /^ {2}late-order-03: 1\.000 -> 0\.000 \(-1\.000\), passed 0 of 2, critical$/m)
  assert.match(text, /^ {4}lost actions \(must\): no\. The summary does not say to send invoice 1182 to Mr Okafor/m)
  assert.match(text, /^ {4}output: Anna thanks the team for yesterday\. She is/m)
  assert.match(text, /^ {2}attachment-02: modelError\n {4}anthropic: 529 overloaded after 5 attempts$/m)
})

test('what the numbers rest on is said', () => {
  const text = render([incidentFeature()], { width: 120 })
  assert.match(text, /coverage {3}39 of 40 cases scored \(97\.5 %\), 1 model error/)
  assert.match(text, /repeats {4}pass@1 85\.9 % \[80\.1 %, 91\.7 %\] \(39 cases\), pass\^2 84\.6 % .* \(38\s+cases\)/)
  assert.match(
    text,
    /cost {7}0\.184 USD \(answers 0\.062 USD, judge 0\.122 USD\); 3 calls of unknown price not counted/,
  )
  assert.match(text, /latency {4}p50 912 ms, p95 2\.3 s, mean 1\.0 s/)
  assert.match(text, /cache {6}78 of 317 questions to models answered from the store/)
  assert.match(
    text,
    /judge {6}.*never calibrated against human labels, 158 judgements, 2 of 76\s+verdicts asked for again flipped/,
  )
  assert.match(text, /detects {4}The smallest detectable drop is 0\.058, found with 80 % probability\./)
})

test('an evaluation has a mean instead of a verdict, and the lowest cases', () => {
  const feature = incidentFeature({
    verdict: null,
    strength: null,
    baseline: null,
    comparison: null,
    threshold: null,
    reasons: [],
  })
  const report = incidentReport({ command: 'eval', verdict: null, features: [feature] })
  const rows = incidentCases.map((row) => ({ ...row, baselineScore: null }))
  const text = renderTerminal(report, [highlightsOf(rows)], { color: false })
  assert.match(text, /^SCORED {2}email-summary\nThe mean is 0\.856 \[0\.814, 0\.898\]\.\n/)
  assert.match(text, /lowest cases \(5 of 7\)\n {2}late-order-03: 0\.000, passed 0 of 2/)
  assert.doesNotMatch(text, /^ {2}(?:baseline|change|threshold|detects)/m)
})

test('scores that were brought along have no model, outputs or cost', () => {
  const feature = incidentFeature({
    candidate: { id: 'new.jsonl', label: null, model: null },
    baseline: { id: 'old.jsonl', label: null, model: null },
    judge: null,
    repeats: null,
    cost: { usd: null, generationUsd: null, judgeUsd: null, unpricedCalls: 0, inputTokens: null, outputTokens: null },
    latency: { meanMs: null, p50Ms: null, p95Ms: null },
    cache: { hits: 0, misses: 0 },
  })
  const text = render([feature])
  assert.match(text, /^ {2}candidate {2}new\.jsonl$/m)
  assert.doesNotMatch(text, /^ {2}(?:cost|latency|cache|judge|repeats) /m)
  assert.doesNotMatch(text, /null|undefined/)
})

test('a weak pass does not claim what it did not show', () => {
  assert.match(render([passedFeature()]), /a drop of more than 0\.030\s+is\s+ruled out\./)
  const weak = render([passedFeature({ strength: 'weak' })])
  assert.match(weak, /^WEAK PASS/)
  assert.match(weak.replace(/\s+/g, ' '), /a drop of more than 0\.030 is not ruled out\./)
  assert.match(weak.replace(/\s+/g, ' '), /a drop of just the margin passes more often than the confidence says/)
})

test('several features: a table of all, the most urgent first, and in full those that did not pass', () => {
  const text = renderTerminal(
    incidentReport({ features: [passedFeature({ feature: 'greeting' }), incidentFeature()] }),
    [],
    { color: false, width: 120 },
  )
  assert.ok(text.indexOf('email-summary') < text.indexOf('greeting'))
  assert.match(text, /^FAIL {2}2 features: 1 failed, 1 passed\.\n/)
  assert.match(text, /^FAIL +email-summary +0\.856 +-0\.121 +The mean dropped/m)
  assert.match(text, /^PASS +greeting +0\.981 +\+0\.004$/m)
  assert.equal(text.match(/^ {2}candidate /gm)?.length, 1)
})

test('no feature, no case', () => {
  const none = incidentReport({ features: [], verdict: 'pass', notes: ['No feature is affected by this change.'] })
  assert.match(
    renderTerminal(none, [], { color: false }),
    /^NOTHING JUDGED {2}No feature is affected by this change\.\n/,
  )
  const { coverage, score } = incidentFeature()
  const empty = incidentFeature({
    coverage: { ...coverage, cases: 0, scored: 0, modelError: 0 },
    score: { ...score, mean: null, p50: null },
    reasons: [],
  })
  const text = renderTerminal(incidentReport({ features: [empty] }), [highlightsOf([])], { color: false })
  assert.match(text, /^FAIL {2}email-summary\nNo case has a score\.\n/)
  assert.match(text, /^ {2}coverage {3}no cases$/m)
})

test('no line is wider than the terminal, whatever the texts', () => {
  const texts = ['plain', '漢字 and emoji 👩‍💻 '.repeat(30), 'x'.repeat(500), everythingHostile]
  for (const width of [60, 80, 120]) {
    for (const text of texts) {
      const features = [incidentFeature(), incidentFeature({ verdict: 'inconclusive' })]
      const report = hostileReport(incidentReport({ features }), text)
      const rows = highlightsOf(incidentCases.map((row) => ({ ...hostileCase(row, text), id: row.id })))
      for (const line of renderTerminal(report, [rows, rows], { width, color: true }).split('\n')) {
        const columns = displayWidth(stripVTControlCharacters(line))
        assert.ok(columns <= width, `${columns} > ${width}: ${line}`)
      }
    }
  }
})

test('escape sequences of models and files do not reach the terminal', () => {
  for (const text of hostileTexts) {
    const rows = incidentCases.map((row) => hostileCase(row, text))
    const shown = renderTerminal(hostileReport(incidentReport(), text), [highlightsOf(rows)], { color: false })
    assert.doesNotMatch(shown, /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
  }
})

test('colour is only paint', () => {
  const plain = render([incidentFeature(), passedFeature()])
  const coloured = render([incidentFeature(), passedFeature()], { color: true })
  assert.notEqual(coloured, plain)
  assert.equal(stripVTControlCharacters(coloured), plain)
  assert.match(coloured, /\x1b\[31mFAIL/)
  assert.equal(createPaint(false).red('x'), 'x')
})

test('NO_COLOR wins, then FORCE_COLOR, then the terminal', () => {
  assert.equal(wantsColor({}, true), true)
  assert.equal(wantsColor({}, false), false)
  assert.equal(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false)
  assert.equal(wantsColor({ NO_COLOR: '' }, true), true)
  assert.equal(wantsColor({ FORCE_COLOR: '1' }, false), true)
  assert.equal(wantsColor({ FORCE_COLOR: '0' }, true), false)
  assert.equal(wantsColor({ TERM: 'dumb' }, true), false)
})
