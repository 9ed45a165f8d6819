import type { Observation, PromptVersion } from '@sluice/client'
import { versionId } from '../../core/suite/prompt/version.ts'

/** A feature of the simulated application, and what became of its versions. */
interface DemoFeature {
  feature: string
  /** Oldest first; the last of those that passed is active, if it is no canary. */
  versions: readonly { label: string; verdict: 'pass' | 'fail'; score: number }[]
}

/** The canary that goes bad. */
export const demoCanary = { feature: 'email-summary', label: '1.4-short' }

export const demoFeatures: readonly DemoFeature[] = [
  {
    feature: 'email-summary',
    versions: [
      { label: '1.2', verdict: 'pass', score: 0.88 },
      { label: '1.3', verdict: 'pass', score: 0.91 },
      { label: '1.4-short', verdict: 'pass', score: 0.9 },
    ],
  },
  {
    feature: 'support-reply',
    versions: [
      { label: '7', verdict: 'pass', score: 0.83 },
      { label: '8-polite', verdict: 'pass', score: 0.86 },
    ],
  },
  {
    feature: 'contract-fields',
    versions: [
      { label: '2.0', verdict: 'pass', score: 0.94 },
      { label: '2.1', verdict: 'fail', score: 0.81 },
    ],
  },
  { feature: 'search-answer', versions: [{ label: 'first', verdict: 'pass', score: 0.79 }] },
]

export function demoVersion(feature: string, label: string): PromptVersion {
  const content = {
    messages: [{ role: 'user' as const, content: `${feature}, version ${label}: {{ text }}` }],
    model: 'openai:gpt-4.1-2025-04-14',
    parameters: {},
    format: { type: 'text' as const },
  }
  return { id: versionId(content), label, ...content, strict: true }
}

/**
 * What a simulated model does with a request. `badness` in [0,1]: how much of what it answers has gone wrong.
 * `uniform` gives numbers in [0,1).
 */
export function simulatedAnswer(badness: number, uniform: () => number): Observation {
  const latencyMs = Math.round(500 + 900 * uniform() + 400 * badness * uniform())
  const measured = { latencyMs, costUsd: 0.0004, inputTokens: 420, outputTokens: 90 }
  if (uniform() < 0.01 + 0.25 * badness) return { ...measured, error: 'the answer was cut off after 40 tokens' }
  return measured
}
