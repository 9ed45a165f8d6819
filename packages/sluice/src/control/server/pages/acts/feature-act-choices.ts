import { keyBefore, shownKey } from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { VersionRecord } from '../../../../records/version.ts'
import { excerpt } from '../../../../text/untrusted.ts'
import type { ActPage } from '../../../pages/act.ts'
import { featureActAddress, rolloutActAddress, rolloutAddress } from '../../../pages/addresses.ts'
import { goodVersions } from '../../../release/activation.ts'
import type { ReleaseEvent } from '../../../release/release-event.ts'
import { runningRollout, transition } from '../../../release/transition.ts'
import { gateVerdictText } from '../../../words/gate-text.ts'
import { momentText } from '../../../words/moments.ts'
import { reasonLengths } from '../../../words/reason-lengths.ts'
import { maySee, type TokenReach } from '../../access/caller.ts'
import type { Services } from '../../services.ts'
import { gateRefusal } from '../../versions/releasable.ts'
import { namedVersion } from '../visible-feature.ts'
import { refusalOf } from './act-attempt.ts'

export type FeatureAct = 'rollback' | 'start' | 'activate'

const choicesOfPage = 50
type Choices = Required<Pick<ActPage, 'choices' | 'choicesPage'>>
export const noChoices: Choices = { choices: [], choicesPage: null }

/** The versions to choose from, the newest first. A rollback names those that were good. */
export async function choicesOf(
  { store }: Services,
  state: FeatureState,
  { act, page: wanted }: { act: FeatureAct; page: number },
): Promise<Choices> {
  if (act === 'rollback') return noChoices
  const { feature, active } = state
  const pageOfChoices = (page: number) =>
    store.versionPage(feature, { offset: (page - 1) * choicesOfPage, limit: choicesOfPage })
  const asked = await pageOfChoices(wanted)
  const pages = Math.max(1, Math.ceil(asked.total / choicesOfPage))
  const page = Math.min(wanted, pages)
  const { versions } = page === wanted ? asked : await pageOfChoices(page)
  const choices = versions.filter(({ id }) => id !== active).map((version) => choiceOf(version, act, state))
  return { choices, choicesPage: { page, pages, to: (number) => `${featureActAddress(feature, act)}?page=${number}` } }
}

function choiceOf(version: VersionRecord, act: FeatureAct, state: FeatureState): ActPage['choices'][number] {
  const { feature, rolledBack } = state
  const { id, content, publishedAt, report } = version
  const refusal = gateRefusal(version)
  return {
    address: `${featureActAddress(feature, act)}?version=${id}`,
    version: { id, label: content.label ?? null },
    gate:
      refusal === null && report
        ? { tone: 'good', text: gateVerdictText(report) }
        : { tone: 'bad', text: `not passed: ${refusal}` },
    publishedAt,
    wasRolledBack: rolledBack.includes(id),
  }
}

/** That something was just taken back, so that nobody goes back further than they mean to; nothing where none was. */
export async function rollbackBefore(services: Services, state: FeatureState): Promise<string[]> {
  const { feature, active, rollout, takenBack } = state
  if (takenBack === null) return []
  const { version, by, at, reason } = takenBack
  const [taken, since] = await Promise.all(
    [version, active].map(async (id) => {
      if (id === null) return 'nothing'
      const { label } = await namedVersion(services, feature, id)
      return label ?? id
    }),
  )
  const when = `${momentText(at)} by ${by} (${excerpt(reason, reasonLengths.read)})`
  // It may have been rolled back at another time, or as the active version: only this end of its rollout counts.
  const isAbort = rollout?.status === 'aborted' && rollout.canary === version && rollout.endedAt === at
  const what = isAbort ? `The canary ${taken} was aborted` : `${taken} was rolled back`
  return [`${what} already, ${when}. Since then everybody gets ${since}.`]
}

/** To where a version must have been before, for whoever may see that environment. */
export function earlierOf(
  { environments }: Services,
  { feature, version, caller }: { feature: string; version: VersionRecord; caller: TokenReach },
): ActPage['others'] {
  const before = keyBefore(feature, environments)
  if (before === null || !maySee(caller, before)) return []
  const address = `${featureActAddress(before, 'activate')}?version=${version.id}`
  return [{ address, text: `Release it as ${shownKey(before, environments)} first` }]
}

/** What one may have meant instead. */
export function othersOf(act: FeatureAct, state: FeatureState, version: VersionRecord | undefined): ActPage['others'] {
  const running = runningRollout(state)
  if (act !== 'rollback') {
    if (running) return [{ address: rolloutAddress(running.id), text: 'To the rollout that runs' }]
    const other = act === 'activate' ? 'start' : 'activate'
    const text = act === 'activate' ? 'Try it on a share of the users first' : 'Give it to everybody at once'
    const chosen = version ? `?version=${version.id}` : ''
    return [{ address: `${featureActAddress(state.feature, other)}${chosen}`, text }]
  }
  const canary = running
    ? [
        {
          address: rolloutActAddress(running.id, 'rollback'),
          text: 'Roll back the canary alone, if that is the bad one',
        },
      ]
    : []
  const elsewhere = goodVersions(state)
    .filter((id) => id !== version?.id)
    .slice(0, 10)
    .map((id) => ({
      address: `${featureActAddress(state.feature, 'rollback')}?version=${id}`,
      text: `Go back to ${id}`,
    }))
  return [...canary, ...elsewhere]
}

export function noGoodVersion({ feature, active }: FeatureState): string {
  if (active === null) return `${feature} has no active version.`
  return `${feature} has no earlier version that was good: activate another one instead.`
}

export function noOtherVersion(feature: string): string {
  return `${feature} has no other version. sluice publish ${feature} brings one here.`
}

/** The event that it would be; its names and reason are made up. */
export function actEvent(act: FeatureAct, { active }: FeatureState, { id, rollout }: VersionRecord): ReleaseEvent {
  const reason = '-'
  if (act === 'activate') return { type: 'activate', version: id, reason }
  return act === 'rollback'
    ? { type: 'rollBack', ...(active !== null && { from: active }), to: id, reason }
    : { type: 'start', rolloutId: 'r-', salt: '', canary: id, settings: rollout, override: null }
}

/** Why it cannot be done in this state, by the same rules that would refuse it; null where it can. */
export function featureActRefusal(
  { clock }: Services,
  act: FeatureAct,
  state: FeatureState,
  version: VersionRecord,
): string | null {
  try {
    transition(state, actEvent(act, state, version), { at: clock.now(), by: '-' })
    return null
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}
