import type { FeatureSummary } from './feature-report.ts'
import { formatCount } from './format.ts'
import type { RunFinding } from './run-finding.ts'

const words = { generation: 'answers', judge: 'judgements', embedding: 'embeddings' } as const

/** Says how much of a run no model was asked for; nothing where all of it was. */
export function recordedFindings(features: readonly FeatureSummary[]): RunFinding[] {
  const origins = features.flatMap(({ origins = [] }) => origins)
  const recorded = origins.filter((origin) => origin.recorded > 0)
  if (recorded.length === 0) return []
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((stage) => {
    const some = origins.filter((origin) => origin.stage === stage)
    const count = (of: 'answers' | 'recorded') => some.reduce((sum, origin) => sum + origin[of], 0)
    return count('recorded') === 0
      ? []
      : [`${formatCount(count('recorded'))} of ${formatCount(count('answers'))} ${words[stage]}`]
  })
  const providers = [...new Set(recorded.map(({ provider }) => provider))].join(', ')
  const message = `${parts.join(' and ')} come from recordings (${providers}): no model was asked for them.`
  return [{ code: 'recorded-answers', severity: 'note', message, feature: null, before: null, after: null }]
}
