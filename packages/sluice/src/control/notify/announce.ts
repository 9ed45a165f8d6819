import { createHash } from 'node:crypto'
import type { ReleaseStore } from '../store/release-store.ts'

/** Something worth telling that changes nothing: an alert, a rollout that is stuck, drift. */
export interface Announcement {
  feature: string
  /** Null where it is about none. */
  rolloutId: string | null
  /** E.g. `rollout.alert`. */
  action: string
  /** Each key is announced once, whoever tries. */
  key: string
  reason: string
  evidence: unknown
  /** ms since the epoch. */
  at: number
}

/** Puts it on the feature's record, from where it is also notified. A repetition does nothing. */
export async function announce(store: ReleaseStore, announcement: Announcement): Promise<void> {
  const { feature, rolloutId, action, reason, evidence, at } = announcement
  const key = `sluice ${action} ${announcement.key}`
  const result = await store.commit({
    audit: {
      chain: feature,
      at,
      actor: 'sluice',
      tokenId: null,
      action,
      reason,
      before: null,
      after: rolloutId === null ? null : { rollout: { id: rolloutId } },
      evidence,
    },
    remember: { key, requestHash: createHash('sha256').update(key).digest('hex'), status: 200, body: null, at },
  })
  if (result.outcome === 'conflict') throw new Error('a commit without a feature cannot conflict')
}
