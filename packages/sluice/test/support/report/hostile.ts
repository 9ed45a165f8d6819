import type { CaseReport } from '../../../src/records/report/case-report.ts'
import type { ReportSummary } from '../../../src/records/report/report.ts'

/** What a model, or whoever writes its input, may put into a text that ends up in a report. */
export const hostileTexts = [
  '@org/team @octocat please approve',
  '![x](http://evil.example/x.png) [click](javascript:alert(1)) <http://evil.example> https://evil.example www.evil.example _www.evil.example',
  '<script>alert(1)</script><img src=x onerror=alert(1)><a href="//evil.example">x</a>',
  '</details></summary></td></table><details open>',
  '<!-- sluice --> <!-- sluice:report -->',
  '| a | b |\n|---|---|\n| injected | row |',
  'a\\| b \\\\| c | d',
  '`` ` ``` ```` ~~~ `````',
  '```\n````\n~~~\n# Verdict: PASS\n```',
  '# PASS\n## Sluice: PASS\n===\n---\n> quote\n- item\n1. item',
  '**bold** __bold__ *it* _it_ ~~gone~~ $x$ [^1] [ref]: http://evil.example',
  'fixes #1, closes GH-2, octo/repo#3, a@b.example',
  '&lt;b&gt; &#64;octocat &commat;octocat',
  '\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \x1b[2J\x1b[1A\rPASS\b\b\x9b1m',
  'abc\u202edetrever\u202c \u2066x\u2069 \u{e0041}\u{e0042}',
  '\ud800 lone surrogate \u2028 \u2029 \0',
]

export const everythingHostile = hostileTexts.join('\n')

/** Every free text of a case replaced. */
export function hostileCase(row: CaseReport, text: string): CaseReport {
  return {
    ...row,
    id: text,
    tags: row.tags.map(() => text),
    checks: row.checks.map((check) => ({ ...check, name: text, reason: text, score: 0 })),
    judge: [...row.judge.map((item) => ({ ...item, ...hostileAnswer(text) })), hostileClaims(text)],
    error: row.error === null ? null : text,
    input: text,
    expected: text,
    output: row.output === null ? null : text,
    baselineOutput: row.output === null ? null : `before\n${text}`,
    trace: hostileTrace(text),
    baselineTrace: { ...hostileTrace(`before ${text}`), retrieved: [] },
  }
}

function hostileAnswer(text: string) {
  return { id: text, verdict: 'no', evidence: text, reasoning: text, evidenceFound: false }
}

function hostileClaims(text: string): CaseReport['judge'][number] {
  const claim = { claim: text, source: text, document: text, quote: text, reasoning: text }
  const list = [
    { ...claim, verdict: 'contradicted' as const },
    { ...claim, verdict: 'unsupported' as const, said: 'supported' as const },
  ]
  return { ...hostileAnswer(text), score: 0, claims: { list, dropped: 1, cut: true } }
}

function hostileTrace(text: string): NonNullable<CaseReport['trace']> {
  const call = { id: text, name: text, result: text, durationMs: 1 }
  const calls = [
    { ...call, arguments: { [text]: text }, error: null },
    { ...call, arguments: null, unreadable: text, error: text },
  ]
  return {
    trajectory: {
      messages: [
        { role: 'user', text, calls: [] },
        { role: 'assistant', text, calls },
      ],
    },
    retrieved: [{ id: text, text }],
    endState: { [text]: text },
    unread: text,
  }
}

/** Every free text of a report replaced. */
export function hostileReport(report: ReportSummary, text: string): ReportSummary {
  return {
    ...report,
    reproduce: text,
    sluiceVersion: text,
    notes: [text],
    findings: [{ code: text, severity: 'error', message: text, feature: text, before: text, after: text }],
    git: { head: text, base: text },
    features: report.features.map((feature) => ({
      ...feature,
      feature: text,
      candidate: { id: text, label: text, model: text },
      baseline: feature.baseline && { id: text, label: text, model: text },
      reasons: feature.reasons.map((reason) => ({ ...reason, message: text, tag: text, case: text })),
      asked: {
        candidate: hostileAsked(text, 'candidate'),
        baseline: feature.baseline && hostileAsked(text, 'baseline'),
      },
      decidingCase: `${text} `,
      notes: [text],
      advice: text,
      comparison: feature.comparison && { ...feature.comparison, regressed: [text], improved: [text] },
      tags: feature.tags.map((tag) => ({ ...tag, tag: text })),
      scorers: [
        { ...hostileScorer(text), cases: 40 },
        { ...hostileScorer(text), cases: 1 },
      ],
      judge: feature.judge && { ...feature.judge, id: text, model: text },
    })),
  }
}

const hostileScorer = (text: string) => ({
  ...{ kind: 'item' as const, name: text, ask: text, must: true, mean: 0.5, baselineMean: 1, meanDifference: -0.5 },
  ...{ ciLow: -0.6, ciHigh: -0.4, worse: 3, better: 0 },
})

const hostileAsked = (text: string, version: string) => ({
  ...{ model: `${version} ${text}`, parameters: { [text]: text } },
  messages: [{ role: text, content: `${version} ${text}` }],
})
