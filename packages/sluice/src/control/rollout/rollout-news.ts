import type { Rollout } from '../release/rollout.ts'
import type { Announcement } from './announce.ts'
import type { Look } from './look.ts'

/** After this long under the same hold a rollout is stuck: somebody should look. */
const stuckAfterMs = 12 * 3_600_000

/** What is to be told about a rollout that changes nothing in it, each once: alerts, and that it is stuck. */
export function announcementsOf({ rollout, fold }: Look): Announcement[] {
  const { assessment, at } = fold.assessed
  const about = { feature: rollout.feature, rolloutId: rollout.id, evidence: assessment, at }
  const alerts = assessment.alerts.map(({ code, message }) => ({
    ...about,
    action: 'rollout.alert',
    key: `${rollout.id} ${code}`,
    reason: message,
  }))
  const stuck = isStuck(rollout, fold.heldSince, at)
    ? [
        {
          ...about,
          action: 'rollout.stuck',
          key: `${rollout.id} ${fold.heldSince}`,
          reason: stuckWords(rollout, assessment.words),
        },
      ]
    : []
  return [...alerts, ...stuck].filter(({ key }) => !fold.announced.includes(key))
}

function isStuck({ status }: Rollout, heldSince: number | null, now: number): boolean {
  return status === 'running' && heldSince !== null && now - heldSince >= stuckAfterMs
}

function stuckWords({ hold, stage }: Rollout, words: string): string {
  return `Stage ${stage + 1} has been held for ${stuckAfterMs / 3_600_000} hours (${hold}). ${words}`
}
