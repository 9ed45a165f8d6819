import type { FeatureAnswer, InstancesAnswer } from './answers.ts'
import { versionName } from './find-version.ts'
import { rolloutText, stateText } from './rollout-text.ts'

/** Null where the token may not see the instances. */
export interface StatusOf {
  features: FeatureAnswer[]
  instances: InstancesAnswer | null
}

/** What everybody gets, which rollouts run, and which instances are behind. `now` in ms since the epoch. */
export function statusText({ features, instances }: StatusOf, now: number): string {
  const blocks = features.map((feature) => featureText(feature, now))
  if (features.length === 0) blocks.push('no features yet: sluice publish makes the first one\n')
  return [...blocks, instances ? instancesText(instances) : 'instances: this token may not see them\n'].join('\n')
}

function featureText(feature: FeatureAnswer, now: number): string {
  const { active, versions, rollout } = feature
  const served =
    active === null ? `nothing is active; ${versions.length} published` : `${versionName(feature, active)} is active`
  const isRunning = rollout && rollout.ending === null
  const lines = [`${feature.feature}: ${served}`]
  if (isRunning)
    lines.push(
      ...rolloutText(rollout, versions, now)
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    )
  else if (rollout?.ending) lines.push(`  last rollout, ${rollout.id}: ${stateText(rollout)}, ${rollout.ending.reason}`)
  return `${lines.join('\n')}\n`
}

const named = 20

function instancesText({ current, instances }: InstancesAnswer): string {
  if (instances.length === 0) return 'instances: none is connected\n'
  const behind = instances.filter(({ upToDate }) => !upToDate)
  const head = `instances: ${instances.length - behind.length} of ${instances.length} run revision ${current.revision}`
  const lines = behind
    .slice(0, named)
    .map(
      ({ instance, revision, stale }) => `  ${instance} runs revision ${revision}${stale ? ', incumbents only' : ''}`,
    )
  const more = behind.length > named ? [`  and ${behind.length - named} more behind`] : []
  return `${[head, ...lines, ...more].join('\n')}\n`
}
