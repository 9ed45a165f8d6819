import type { FeatureState } from '../../records/feature.ts'
import type { ProposedRelease } from '../../records/proposal.ts'
import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { isJudgedLive } from '../release/capture.ts'
import { runningRollout } from '../release/transition.ts'
import {
  activationConsequence,
  type Consequence,
  judgingText,
  rolloutConsequence,
  startConsequence,
  type UncountedTraffic,
} from '../words/act-text.ts'
import type { Services } from './services.ts'

type Read = Pick<Services, 'kept' | 'engineState'>

/**
 * What a release brings, in figures as they are now; null where its rollout does not run any more.
 *
 * @param trafficOf the traffic of a feature, as far as it is waited for
 */
export async function releaseConsequence(
  services: Read,
  state: FeatureState,
  release: ProposedRelease,
  trafficOf: (feature: string) => Promise<MeasuredTraffic | UncountedTraffic | null>,
): Promise<Consequence | null> {
  const { feature, active } = state
  const nameOf = async (id: string) => (await services.kept.version(feature, id))?.content.label ?? id
  const record = await services.kept.version(feature, release.version)
  const version = record?.content.label ?? release.version
  if (release.act === 'advance' || release.act === 'promote') {
    const rollout = runningRollout(state)
    if (rollout?.id !== release.rolloutId) return null
    const users = (await services.engineState.assessment(rollout.id))?.figures?.users ?? null
    const names = { canary: version, incumbent: await nameOf(rollout.incumbent) }
    return rolloutConsequence(release.act, { rollout, names, users })
  }
  const traffic = givenUsers(release) ?? (await trafficOf(feature))
  const facts = {
    active: active === null ? null : await nameOf(active),
    version,
    traffic,
  }
  if (release.act !== 'start') return activationConsequence(facts)
  const { settings, judgePercent = null } = release
  const judging = record ? judgingText(record, { settings, judgePercent }) : 'What is judged is not known.'
  return startConsequence({ ...facts, settings, judging, judges: record ? isJudgedLive(record) : null })
}

/** The users that whoever proposed it has said there are; null where that was left to the log. */
function givenUsers(release: ProposedRelease): { users: number; hours: null } | null {
  const users = release.act === 'start' ? release.traffic?.users : undefined
  return users === undefined ? null : { users, hours: null }
}
