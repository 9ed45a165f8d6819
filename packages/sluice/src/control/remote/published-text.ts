import type { Report } from '../../records/report/report.ts'
import { formatSpan } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import { weakPassText } from '../words/gate-text.ts'
import type { PublishedAnswer } from './answers.ts'

const effects: Record<string, string> = {
  now: 'from now on',
  nextRelease: 'with the next release of the version',
  nextRollout: 'from the next rollout on',
  kept: 'stays as it was',
}

const valueLength = 120

/** What a publication has changed: the version, its settings with their effect, and what follows. */
export function publishedText(feature: string, { id, label, model, changes, notes }: PublishedAnswer): string {
  const lines = [
    `${feature}: published ${label ? `${label} (${id})` : id}, ${model}`,
    ...changes.map(({ setting, before, after, effect }) => {
      const text = (value: unknown) => valueText(setting, value)
      const change = effect === 'kept' ? text(before) : `${text(before)} -> ${text(after)}`
      return `  ${setting}: ${change}, ${effects[effect] ?? effect}`
    }),
    ...notes.map((note) => `  ${note}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Times in ms. */
const spans = new Set(['live.retention', 'rollout.patience'])

function valueText(setting: string, value: unknown): string {
  if (spans.has(setting) && typeof value === 'number') return formatSpan(value)
  return excerpt(JSON.stringify(value ?? null), valueLength)
}

/** What the gate found about a version that is published, and what that means for its release. */
export function gateNote(report: Report | null, feature: string): string {
  const way = 'To release this version, give --override with a reason'
  if (!report) return `No report of sluice gate on this version was found. ${way}, or run the gate and publish again.\n`
  const { verdict = null, strength } = report.features.find((part) => part.feature === feature) ?? {}
  const weak = verdict && weakPassText({ verdict, strength })
  return verdict === 'pass'
    ? `With the gate's pass, run ${report.runId}.${weak ? ` ${weak}` : ''}\n`
    : `The verdict of the gate on this version is ${verdict}. ${way}.\n`
}
