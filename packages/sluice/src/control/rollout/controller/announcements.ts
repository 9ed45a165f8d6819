import type { Rollout } from '../../../records/rollout/rollout.ts'
import { hourMs } from '../../../time-units.ts'
import type { Announcement } from '../../notify/announce.ts'
import type { ControllerPass } from './pass.ts'
import type { RolloutCheckpoint } from './rollout-checkpoint.ts'

/** After this long under the same hold a rollout is stuck: somebody should look. */
const stuckAfterMs = 12 * hourMs

/** An alert that comes back after this long is told again. One that flickers is the same alert. */
const goneAfterMs = hourMs

interface RolloutAnnouncements {
  announcements: Announcement[]
  /** What is to be remembered once they are announced. */
  remembered: Pick<RolloutCheckpoint, 'announced' | 'goneAt'>
}

/**
 * What is to be told about a rollout that changes nothing in it: alerts, and that it is stuck. The key of an alert that
 * comes back names when it had gone, so that the next pass after a crash announces the same.
 */
export function announcementsOf({
  rollout,
  checkpoint,
}: Pick<ControllerPass, 'rollout' | 'checkpoint'>): RolloutAnnouncements {
  const { announced, goneAt, heldSince, assessed } = checkpoint
  const { assessment, at } = assessed
  const about = { feature: rollout.feature, rolloutId: rollout.id, evidence: assessment, at }
  const alerts = assessment.alerts.map(({ code, message }) => ({ key: `${rollout.id} ${code}`, reason: message }))
  const stuck = isStuck(rollout, heldSince, at)
    ? [{ key: `${rollout.id} ${heldSince}`, reason: stuckWords(rollout, assessment.words) }]
    : []
  const isNew = ({ key }: { key: string }) => !announced.includes(key)
  const isBack = ({ key }: { key: string }) => at - (goneAt[key] ?? at) >= goneAfterMs
  const back = alerts.filter(isBack).map((alert) => ({ ...alert, key: `${alert.key} ${goneAt[alert.key]}` }))
  const present = [...alerts, ...stuck].map(({ key }) => key)
  const gone = announced.filter((key) => !present.includes(key))
  return {
    announcements: [
      ...[...alerts.filter(isNew), ...back].map((alert) => ({ ...about, action: 'rollout.alert', ...alert })),
      ...stuck.filter(isNew).map((one) => ({ ...about, action: 'rollout.stuck', ...one })),
    ],
    remembered: {
      announced: [...gone, ...present],
      // A clock that was set back must not make it look gone in the future.
      goneAt: Object.fromEntries(gone.map((key) => [key, Math.min(goneAt[key] ?? at, at)])),
    },
  }
}

function isStuck({ status }: Rollout, heldSince: number | null, now: number): boolean {
  return status === 'running' && heldSince !== null && now - heldSince >= stuckAfterMs
}

function stuckWords({ stage }: Rollout, words: string): string {
  return `Stage ${stage + 1} has been held for ${stuckAfterMs / hourMs} hours. ${words}`
}
