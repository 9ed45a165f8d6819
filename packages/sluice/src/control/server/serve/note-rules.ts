import type { Clock } from '@sluice/client'
import type { ApprovalRules } from '../../../core/suite/config/approval-settings.ts'
import { plainFeature } from '../../../core/suite/config/environments.ts'
import { matchesWildcards } from '../../../core/suite/models/wildcards.ts'
import type { Store } from '../../store/store.ts'
import { areSameRules, keepRules, notedRules } from '../approvals/noted-rules.ts'
import type { Log } from '../log.ts'
import { recordChangedSettings } from './changed-settings.ts'

type Noted = Pick<Store, 'checkpoint' | 'saveCheckpoint' | 'commit' | 'features'>

/**
 * Puts it on record if this server asks for other approvals than the one that was started before it, on whichever
 * replica: so a rule does not vanish unseen, e.g. since the server was started in another folder.
 */
export async function noteRules(
  { store, clock, log }: { store: Noted; clock: Clock; log: Log },
  rules: ApprovalRules,
): Promise<void> {
  const unused = withoutFeature(rules, await store.features())
  if (unused.length > 0)
    log('warn', 'these rules for approvals are for no feature that there is: check how they are written', {
      features: unused.join(', '),
    })
  const before = (await notedRules(store)) ?? {}
  if (areSameRules(before, rules)) return
  const asked = Object.keys(rules).length === 0 ? 'none any more' : Object.keys(rules).join(', ')
  log('warn', 'the rules for approvals have changed', { features: asked })
  await recordChangedSettings(
    { store, clock },
    {
      action: 'approval.rules',
      reason: 'the sluice.yaml with which this server was started asks for other approvals than before',
      before: { rules: before },
      after: { rules },
    },
  )
  await keepRules(store, rules)
}

/** Patterns of no feature, once there are features: one that is mistyped asks nobody for approval. */
function withoutFeature(rules: ApprovalRules, features: readonly { feature: string }[]): string[] {
  if (features.length === 0) return []
  const names = features.map(({ feature }) => plainFeature(feature))
  const isUsed = (pattern: string) => names.some((name) => matchesWildcards(plainFeature(pattern), name))
  return Object.keys(rules).filter((pattern) => !isUsed(pattern))
}
