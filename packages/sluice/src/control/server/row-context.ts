import type { ReleaseEventName } from '../../core/notify/release-notification.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import { failedItems, type StoredContent } from '../../records/content.ts'
import type { Figures } from '../../records/rollout/assessment.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { formatScore } from '../../text/format.ts'
import { eventOfRow, type RowContext, rolloutOfRow } from '../notify/row-notification.ts'
import { type Assessment, hasData } from '../rollout/assessment/assessment.ts'
import { readAssessment } from '../rollout/controller/rollout-checkpoint.ts'
import type { Store } from '../store/store.ts'
import { unlessDamaged } from '../store/store-error.ts'
import { auditedVersions } from '../words/audit-text.ts'
import { highestText } from '../words/figures-text.ts'
import { stateText } from '../words/rollout-state-text.ts'
import { allReporters, withNames } from './rollouts/who-reports.ts'

type Readable = Pick<Store, 'summary' | 'feature' | 'version' | 'checkpoint' | 'worstContent' | 'tokens'>

const nothing: RowContext = { labels: new Map(), canary: null, details: [], reason: null, promotion: null }

/**
 * What a message says beside its row: labels, the highest evidence, the worst answer and the next command. Where the
 * store does not tell, for whatever reason, the message goes without: what happened must not be lost.
 */
export async function rowContext(store: Readable, row: AuditRow): Promise<RowContext> {
  const event = eventOfRow(row)
  if (!event) return nothing
  try {
    const state = await store.feature(row.chain)
    const id = rolloutOfRow(row)?.id
    const rollout = [state?.rollout, ...(state?.pastRollouts ?? [])].find((one) => one?.id === id)
    return {
      labels: await labelsOf(store, row.chain, [
        ...auditedVersions(row),
        state?.active,
        rollout?.canary,
        rollout?.incumbent,
      ]),
      canary: rollout?.canary ?? null,
      details: rollout ? await detailsOf(store, event, rollout) : nextOf(event, row),
      promotion: promotionOf(row, rollout?.settings),
      reason: row.reason === null ? null : withNames(row.reason, await allReporters(store)),
    }
  } catch {
    return { ...nothing, promotion: promotionOf(row) }
  }
}

/** What the page says of it. Without the settings nobody knows what was not watched. */
function promotionOf(row: AuditRow, settings?: Rollout['settings']): string | null {
  if (eventOfRow(row) !== 'promoted') return null
  const strength = rolloutOfRow(row)?.strength
  return stateText({ state: 'promoted', strength, ending: null, settings })
}

async function labelsOf(
  store: Readable,
  feature: string,
  named: readonly (string | null | undefined)[],
): Promise<Map<string, string>> {
  const ids = [...new Set(named.filter((id) => typeof id === 'string'))]
  const versions = await Promise.all(ids.map((id) => unlessDamaged(() => store.version(feature, id))))
  return new Map(versions.flatMap((one) => (one?.content.label ? [[one.id, one.content.label] as const] : [])))
}

/** Messages of these events say why they happened. */
const alarming: readonly ReleaseEventName[] = ['alert', 'stuck', 'rolledBack', 'aborted']

async function detailsOf(store: Readable, event: ReleaseEventName, rollout: Rollout): Promise<string[]> {
  const { id, feature, canary } = rollout
  const ended = event === 'rolledBack' || event === 'aborted' || event === 'promoted'
  if (!ended && !alarming.includes(event)) return []
  const assessment = await readAssessment(store, id)
  const [worst] = alarming.includes(event)
    ? await store.worstContent({ feature, rolloutId: id, version: canary, limit: 1 })
    : []
  return [
    ...highestOf(assessment),
    // The worst of answers without a fault tells nothing.
    ...(worst && (worst.score ?? 0) < 1 ? [worstText(worst)] : []),
    `Next: sluice rollout ${ended ? 'report' : 'status'} ${id}`,
  ]
}

/** The next command where it is about no rollout. */
function nextOf(event: ReleaseEventName, { chain }: AuditRow): string[] {
  if (event === 'drift') return [`Next: sluice drift ${chain}`]
  return event === 'rolledBack' ? [`Next: sluice status`] : []
}

function highestOf(assessment: Assessment | null): string[] {
  const figures: Figures | undefined = assessment?.figures
  return assessment && figures && hasData(assessment)
    ? [`Highest evidence against it: ${highestText(figures.against)}.`]
    : []
}

/**
 * Which it is and what failed, and nothing of what was asked or answered: that may be stored, and not sent to others.
 */
function worstText({ id, score, judgement }: StoredContent): string {
  const failed = failedItems(judgement).map((one) => one.id)
  return `Worst answer: ${id}, score ${formatScore(score)}${failed.length === 0 ? '' : `, failed ${failed.join(', ')}`}.`
}
