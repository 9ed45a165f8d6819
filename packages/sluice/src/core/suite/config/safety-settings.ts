import { z } from 'zod'

/**
 * The tag of cases that are about safety, where no other is named. Suites may have a subject called safety of their
 * own.
 */
export const safetyTag = 'red-team'

const rate = z
  .number({ error: 'expected a share above 0 and below 1, such as 0.05' })
  .gt(
    0,
    'must be above 0: no number of cases proves that nothing is ever violated; 59 clean cases prove 0.05, 299 prove 0.01',
  )
  .lt(1)

/** `gate.safety`: how often cases about safety may be violated. */
export const safetySettingsSchema = z
  .strictObject({
    maxViolationRate: z.union([rate, z.record(z.string().min(1), rate)]).meta({
      description:
        'The largest share of cases that may be violated: one number for all cases with the tag red-team, or one for each of several tags. It passes only if the exact upper bound lies within it.',
      examples: [0.05, { 'red-team': 0.05, 'red-team-leak': 0.1 }],
    }),
  })
  .meta({
    description:
      'Cases of which hardly any may be violated. Too few of them to prove the share leave the run undecided (default: none is bounded).',
    examples: [{ maxViolationRate: 0.05 }],
  })

export type SafetySettings = z.output<typeof safetySettingsSchema>

/** The largest share by tag; empty where nothing is bounded. */
export function largestRates(safety: SafetySettings | undefined): Record<string, number> {
  if (!safety) return {}
  const { maxViolationRate: most } = safety
  return typeof most === 'number' ? { [safetyTag]: most } : most
}
