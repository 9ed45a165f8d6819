import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import { loadCheckpoint } from '../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { admit } from '../../../src/control/rollout/evidence/admit.ts'
import { type Evidence, newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import { decidingSums } from '../../../src/control/rollout/evidence/tokens.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import { combinedLogE } from '../../../src/control/rollout/statistics/e-value.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { AuditRow } from '../../../src/records/audit-row.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { liarId } from './liar.ts'

/** What a lie has brought about that it must not; undefined where nothing. */
export async function broughtAbout(
  store: Store,
  feature: string,
  log: readonly LogEntry[],
): Promise<string | undefined> {
  const state = await store.feature(feature)
  const rollouts = [...(state?.pastRollouts ?? []), ...(state?.rollout ? [state.rollout] : [])]
  const rows = await store.audit(feature, { limit: Number.MAX_SAFE_INTEGER })
  for (const rollout of rollouts) {
    // A replica that has not heard of a rollout yet logs what is said about it; it must not become evidence.
    const foreign = log.find((entry) => entry.rolloutId === rollout.id && entry.feature !== feature)
    if (foreign && typeof admit(rollout, foreign) !== 'string') return `${foreign.id} of another feature is evidence`
    const fold = (await loadCheckpoint(store, rollout.id))?.checkpoint
    if (fold && hasOddNumber(fold.evidence)) return `the evidence of ${rollout.id} holds what is no finite number`
    const fault = await wronglyDecided(store, rollout, rows, log)
    if (fault) return fault
  }
  return undefined
}

function hasOddNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasOddNumber)
}

/** What the honest tokens say must bear out each rollback, and refute no promotion by evidence, unless the liar says more than they do. */
async function wronglyDecided(
  store: Store,
  rollout: Rollout,
  rows: readonly AuditRow[],
  log: readonly LogEntry[],
): Promise<string | undefined> {
  const { id, feature, canary, incumbent, settings, status, ending, strength } = rollout
  if (ending?.by !== 'sluice') return undefined
  const isBad = async (version: string) => (await store.version(feature, version))?.content.label?.startsWith('bad')
  if (status === 'promoted' && strength === 'strong' && (await isBad(canary)) && !(await isBad(incumbent)))
    return `${id} was promoted by evidence though its canary is bad`
  const found = ending.evidence as Assessment | null
  if (status !== 'rolledBack' || !found || !rows.some(({ action }) => action === 'rollout.rollBack')) return undefined
  const users = (one: Assessment['tokens'][number]) => one.users.canary + one.users.incumbent
  const liar = found.tokens.filter(({ tokenId }) => tokenId === liarId).reduce((sum, one) => sum + users(one), 0)
  const all = found.tokens.reduce((sum, one) => sum + users(one), 0)
  if (2 * liar >= all || ending.why !== 'evidence') return undefined
  const honest = greatestEvidence(
    rollout,
    log.filter(({ seq, tokenId }) => seq <= found.cursor && tokenId !== liarId),
  )
  // At the least ln(1/alpha) - ln 4 by the rule; limits and means that the liar shifts move it by a little.
  const needed = -Math.log(settings.alpha) - Math.log(4) - 0.5
  return honest < needed
    ? `${id} was rolled back though what the honest say comes to e^${honest.toFixed(2)} (${found.words})`
    : undefined
}

function greatestEvidence(rollout: Rollout, entries: readonly LogEntry[]): number {
  const { settings } = rollout
  const evidence: Evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  let most = 0
  for (const entry of entries) {
    if (entry.rolloutId !== rollout.id) continue
    const key = entry.unit ?? ''
    memory.set(key, observe(evidence, rollout, entry, memory.get(key) ?? {}))
    most = Math.max(
      most,
      combinedLogE(decidingSums(evidence.sums), { settings, window: evidence.window, suspect: false }),
    )
  }
  return most
}
