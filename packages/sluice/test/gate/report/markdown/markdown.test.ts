import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highlightsOf } from '../../../../src/gate/report/highlights.ts'
import { renderMarkdown } from '../../../../src/gate/report/markdown/markdown.ts'
import type { FeatureSummary } from '../../../../src/records/report/feature-report.ts'
import { everythingHostile, hostileCase, hostileReport, hostileTexts } from '../../../support/report/hostile.ts'
import {
  caseReport,
  incidentCases,
  incidentFeature,
  incidentReport,
  passedFeature,
} from '../../../support/report/incident.ts'
import { proseOf, skeletonOf } from './markdown-skeleton.ts'

const render = (features: FeatureSummary[], limit?: number) =>
  renderMarkdown(
    incidentReport({ features }),
    features.map(() => highlightsOf(incidentCases)),
    limit === undefined ? {} : { limit },
  )

const incident = () => render([incidentFeature()]).split('\n')

test('verdict and one sentence of reason come first', () => {
  const [first, , third] = incident()
  assert.equal(first, '## Sluice: FAIL · `email-summary`')
  assert.equal(third, '**The mean dropped by 0.121, which is more than the margin of 0.030.**')
})

test('score with interval stands against baseline, margin and threshold', () => {
  const lines = incident()
  const row = (name: string) => lines.find((line) => line.startsWith(`| ${name} |`)) ?? ''
  assert.match(row('candidate'), /0\.856 \| \[0\.814, 0\.898\] \| `3\.1 \(4be1c09d77a2\)`/)
  assert.match(row('baseline'), /0\.977 .*`3\.0 \(9f2c4b7d1e0a\)`/)
  assert.match(row('change'), /-0\.121 \| \[-0\.156, -0\.086\] \| margin 0\.030: \*\*fail\*\* \(39 pairs, 2 repeats\)/)
  assert.match(row('threshold'), /0\.850 .*inconclusive/)
  assert.match(row('`actions`'), /\| 6 \| 0\.167 \| -0\.833 \| \[-0\.970, -0\.700\] \| fail \|/)
  assert.ok(lines.includes('1 tag with too few cases to be judged: edge.'))
})

test('it says what the run could have seen, what would help, and what to doubt', () => {
  const text = incident().join('\n')
  assert.match(
    text,
    /The smallest detectable drop is 0\.058, found with 80 % probability\. Twice the cases would find 0\.050, .*\. More cases would help/,
  )
  assert.match(text, /^- The judge was never calibrated against human labels/m)
  assert.match(
    text,
    /\| judge \| anthropic:claude-haiku-4-5-20251001, never calibrated against human labels, 158 judgements/,
  )
  assert.match(text, /\| coverage \| 39 of 40 cases scored \(97\.5 %\), 1 model error \|/)
  assert.match(text, /3 calls of unknown price not counted/)
  assert.match(text, /To reproduce it locally:\n\n```sh\nnpx sluice gate --base origin\/main\n```/)
})

test('the worst regressions name the lost item, the reason, the input and both outputs', () => {
  const text = incident().join('\n')
  assert.match(text, /#### Worst regressions \(5 of 6\)/)
  const [, worst = ''] = /\*\*1\.\*\*([\s\S]*?)\*\*2\.\*\*/.exec(text) ?? []
  assert.match(worst, /`late-order-03` · 1\.000 → 0\.000 \(-1\.000\) · passed 0 of 2 · critical/)
  assert.match(worst, /- \*\*lost\*\* `actions` \(must\): no\. The summary does not say to send invoice 1182/)
  assert.match(worst, /Input: Hi team, thanks/)
  assert.match(worst, /^- - send invoice 1182 to Mr Okafor by Friday$/m)
  assert.match(worst, /^\+ She is looking forward to the review\.$/m)
  assert.match(text, /`attachment-02` modelError: anthropic: 529 overloaded/)
})

test('looks, distribution and repeats are in the collapsed part', () => {
  const [, collapsed = ''] = /<details>([\s\S]*)<\/details>/.exec(incident().join('\n')) ?? []
  assert.match(collapsed, /\| 2 \| -0\.121 \| 0\.018 \| -5\.06 \| 2\.29 \| -2\.56 \| fail \|/)
  assert.match(collapsed, /p10 0\.500, p50 1\.000/)
  assert.match(collapsed, /Improved \(1\): `long-11`/)
})

test('without a baseline there is no comparison to show', () => {
  const feature = incidentFeature({
    baseline: null,
    comparison: null,
    judge: null,
    notes: ['This is a new feature: it was judged against the threshold alone.'],
  })
  const report = incidentReport({ features: [feature], reproduce: null, git: null })
  const rows = incidentCases.map((row) => ({ ...row, baselineScore: null }))
  const text = renderMarkdown(report, [highlightsOf(rows)])
  assert.doesNotMatch(text, /^\| (?:baseline|change|judge) \|/m)
  assert.doesNotMatch(text, /reproduce|smallest detectable drop/)
  assert.match(text, /#### Lowest cases \(5 of 7\)/)
  assert.match(text, /^- This is a new feature: it was judged against the threshold alone\.$/m)
})

test('several features begin with a table, the most urgent first; a pass is collapsed', () => {
  const undecided = incidentFeature({ feature: 'refund-reply', verdict: 'inconclusive' })
  const text = render([passedFeature({ feature: 'greeting', strength: 'weak' }), undecided, incidentFeature()])
  assert.match(text, /^## Sluice: FAIL\n\n\*\*3 features: 1 failed, 1 inconclusive, 1 passed weakly\.\*\*/)
  const rows = text.split('\n').filter((line) => /^\| `(?:greeting|refund-reply|email-summary)`/.test(line))
  assert.deepEqual(
    rows.map((row) => row.split(' | ').slice(0, 2)),
    [
      ['| `email-summary`', 'FAIL'],
      ['| `refund-reply`', 'INCONCLUSIVE'],
      ['| `greeting`', 'WEAK PASS'],
    ],
  )
  assert.match(text, /<details><summary>WEAK PASS: greeting<\/summary>/)
  assert.match(text, /This is a weak pass/)
})

test('nothing to judge, nothing known, one case: none of it is a number', () => {
  const none = renderMarkdown(incidentReport({ features: [], verdict: 'pass', notes: ['No feature is affected.'] }), [])
  assert.match(none, /^## Sluice: NOTHING JUDGED\n\n\*\*No feature is affected\.\*\*/)
  const { score, coverage, cost, latency } = incidentFeature()
  const unknown = <T extends object>(of: T) => Object.fromEntries(Object.keys(of).map((key) => [key, null])) as T
  const feature = incidentFeature({
    verdict: 'inconclusive',
    score: unknown(score),
    coverage: { ...coverage, cases: 0, scored: 0, modelError: 0 },
    cost: { ...unknown(cost), unpricedCalls: 0 },
    latency: unknown(latency),
    cache: { hits: 0, misses: 0 },
    comparison: null,
    threshold: null,
    judge: null,
    repeats: null,
    tags: [],
    looks: [],
    reasons: [],
  })
  const text = renderMarkdown(incidentReport({ features: [feature] }), [highlightsOf([])])
  assert.match(text, /\| candidate \| n\/a \| n\/a \|/)
  assert.match(text, /\| coverage \| no cases \|/)
  assert.doesNotMatch(text, /null|undefined|NaN|0\.000|\| cost \||\| latency \|/)
  const one = renderMarkdown(incidentReport(), [highlightsOf([caseReport({ score: 0.2 })])])
  assert.match(one, /#### Worst regressions\n/)
})

test('the worst case shows its texts, the others fold theirs, and the tags that lost most come first', () => {
  const markdown = render([incidentFeature()])
  const [, first = '', second = ''] = markdown.split(/\*\*[12]\.\*\* /)
  assert.match(first, /\n\nInput: Hi team.*\n\nOutput, old \(-\) and new \(\+\):\n\n```diff/)
  assert.doesNotMatch(first, /<details>/)
  assert.match(second, /`actions`.*: no\..*\n.*\n<details><summary>Input and output<\/summary>\n\nInput: /s)
  const tags = incidentFeature().tags.toReversed()
  assert.match(render([incidentFeature({ tags })]), /\| `actions` .*\n\| `core` .*\n\n1 tag with too few/)
})

test('of many tags the six that matter most are in view: failed ones, then the largest drops', () => {
  const [some] = incidentFeature().tags
  assert.ok(some)
  const tags = Array.from({ length: 9 }, (_, index) => {
    const verdict = index === 8 ? ('fail' as const) : ('inconclusive' as const)
    return { ...some, tag: `t${index}`, meanDifference: index / -100 + (index === 8 ? 0.07 : 0), verdict }
  })
  const [view = '', folded = ''] = render([incidentFeature({ tags })]).split(
    '<details><summary>3 further tags</summary>',
  )
  const rowsIn = (text: string) => [...text.matchAll(/^\| `(t\d)`/gm)].map(([, tag]) => tag)
  assert.deepEqual(rowsIn(view), ['t8', 't7', 't6', 't5', 't4', 't3'])
  assert.deepEqual(rowsIn(folded), ['t2', 't1', 't0'])
})

test('hostile text changes no structure, wherever it stands', () => {
  const features = [incidentFeature(), passedFeature(), incidentFeature({ verdict: 'inconclusive' })]
  for (const some of [features.slice(0, 1), features]) {
    const skeleton = (text: string) => {
      const rows = incidentCases.map((row) => hostileCase(row, text))
      const report = hostileReport(incidentReport({ features: some }), text)
      return skeletonOf(
        renderMarkdown(
          report,
          some.map(() => highlightsOf(rows)),
          { limit: 200_000 },
        ),
      )
    }
    const plain = skeleton('plain words')
    assert.ok(plain.length > 50)
    for (const text of [...hostileTexts, everythingHostile]) assert.deepEqual(skeleton(text), plain, text)
  }
})

test('hostile text brings no mention, link, image, tag or marker along', () => {
  const rows = incidentCases.map((row) => hostileCase(row, everythingHostile))
  const markdown = renderMarkdown(hostileReport(incidentReport(), everythingHostile), [highlightsOf(rows)])
  const outside = proseOf(markdown).join('\n')
  assert.doesNotMatch(outside, /\]\(|!\[|:\/\//)
  assert.doesNotMatch(markdown, /<!--/)
  assert.doesNotMatch(markdown, /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
  const folded = ['<details', '<summary', '</summary', '</details']
  assert.deepEqual(outside.match(/<\/?\w*/g), Array.from({ length: 7 }, () => folded).flat())
  assert.doesNotMatch(outside, /@\w/)
})

test('the comment keeps below its limit and says what is left out, never the verdict', () => {
  const many = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 0 ? incidentFeature({ feature: `feature-${index}` }) : passedFeature({ feature: `feature-${index}` }),
  )
  const text = render(many)
  assert.ok(text.length <= 60_000, `${text.length} characters`)
  assert.match(text, /^## Sluice: FAIL\n\n\*\*300 features: 100 failed, 200 passed\.\*\*/)
  assert.match(text, /And \d+ further features, none more urgent/)
  assert.match(text, /_Left out for length: .*passed features.*report\.json has all of it\._\n$/)
  const small = render([incidentFeature()], 4_000)
  assert.ok(small.length <= 4_000)
  assert.match(small, /^## Sluice: FAIL · `email-summary`/)
  assert.match(small, /Left out for length: [1-5] worst cases?/)
  assert.match(small, /npx sluice gate/)
})

test('a huge hostile report keeps below the limit too', () => {
  const text = everythingHostile.repeat(200)
  const rows = incidentCases.map((row) => hostileCase(row, text))
  const feature = incidentFeature()
  const [reason, tag] = [feature.reasons[0], feature.tags[0]]
  assert.ok(reason && tag)
  const large = incidentFeature({
    reasons: Array.from({ length: 500 }, () => reason),
    tags: Array.from({ length: 500 }, () => tag),
  })
  const report = hostileReport(incidentReport({ features: [large] }), text)
  const markdown = renderMarkdown(report, [highlightsOf(rows)])
  assert.ok(markdown.length <= 60_000, `${markdown.length} characters`)
  assert.match(markdown, /^## Sluice: FAIL/)
})
