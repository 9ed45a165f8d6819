import type { FeatureSummary } from './feature-report.ts'
import type { RunFinding } from './run-finding.ts'

const words = { generation: 'answers', judge: 'judgements', embedding: 'embeddings' } as const

/** Says what no model was asked for, and whose recordings answered; how much that was stands in the proof of the run. */
export function recordedFindings(features: readonly FeatureSummary[]): RunFinding[] {
  const origins = features.flatMap(({ origins = [] }) => origins)
  const recorded = origins.filter((origin) => origin.recorded > 0)
  if (recorded.length === 0) return []
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((stage) => recorded.some((origin) => origin.stage === stage))
    .map((stage) => {
      const isAll = origins.every((origin) => origin.stage !== stage || origin.recorded === origin.answers)
      return `${isAll ? 'all' : 'some'} ${words[stage]}`
    })
  const providers = [...new Set(recorded.map(({ provider }) => provider))].join(', ')
  const what = parts.join(' and ')
  const message = `${what[0]?.toUpperCase()}${what.slice(1)} come from recordings (${providers}): no model was asked for them.`
  return [{ code: 'recorded-answers', severity: 'note', message, feature: null, before: null, after: null }]
}
