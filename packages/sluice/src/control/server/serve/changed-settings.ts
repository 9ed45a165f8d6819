import type { Clock } from '@sluice/client'
import { systemChain } from '../../release/audit.ts'
import type { Store } from '../../store/store.ts'

/** What the server was started with, and what the one before it had. */
interface ChangedSettings {
  action: 'approval.rules' | 'environments.change'
  reason: string
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** Puts it on record that this server was started with other settings than the one before it. */
export async function recordChangedSettings(
  { store, clock }: { store: Pick<Store, 'commit'>; clock: Clock },
  changed: ChangedSettings,
): Promise<void> {
  await store.commit({
    audit: { ...changed, chain: systemChain, at: clock.now(), actor: 'sluice', tokenId: null, evidence: null },
  })
}
