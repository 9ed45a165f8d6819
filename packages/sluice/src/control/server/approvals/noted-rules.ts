import { z } from 'zod'
import type { ApprovalRules } from '../../../core/suite/config/approval-settings.ts'
import { canonicalJson } from '../../../core/suite/values/canonical-json.ts'
import type { EvidenceStore } from '../../store/evidence-store.ts'

const name = 'approval-rules'
const keptSchema = z.looseObject({ rules: z.unknown() })

type Noted = Pick<EvidenceStore, 'checkpoint' | 'saveCheckpoint'>

/** The rules of whichever server was started last on this store; undefined where none has noted its own. */
export async function notedRules(store: Pick<Noted, 'checkpoint'>): Promise<unknown> {
  return keptSchema.safeParse((await store.checkpoint(name))?.state).data?.rules
}

/** Whether two servers ask for the same. */
export const areSameRules = (one: unknown, other: unknown) => canonicalJson(plain(one)) === canonicalJson(plain(other))

/** The rules as the store gives them back. */
const plain = (rules: unknown): unknown => JSON.parse(JSON.stringify(rules ?? {}))

/** Notes those of this server, for the next one that starts. */
export async function keepRules(store: Noted, rules: ApprovalRules): Promise<void> {
  const cursor = (await store.checkpoint(name))?.cursor ?? -1
  await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state: { rules: plain(rules) } })
}
