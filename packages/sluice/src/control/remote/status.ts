import { namedKey } from '../../core/suite/config/environments.ts'
import { formatAmount, formatCount } from '../../text/format.ts'
import { momentText, timeOfDay } from '../words/moments.ts'
import { presentRevisionText } from '../words/present-revision.ts'
import { replicaText } from '../words/replica-text.ts'
import { stateText } from '../words/rollout-state-text.ts'
import { versionText } from '../words/version-text.ts'
import type { FailingAnswer, FeatureAnswer, InstancesAnswer, ProposalAnswer, RolloutAnswer } from './answers.ts'
import { silenceText } from './applied-text.ts'
import { proposalLine } from './proposals.ts'
import { RefusalError } from './refusal.ts'
import type { RemoteControlPlane } from './remote-control-plane.ts'
import { rolloutLine } from './rollout-text.ts'

/** Null where the token may not see the instances. */
export interface StatusOf {
  features: FeatureAnswer[]
  /** Address of the pages; absent or null where an older server does not tell, or does not know it. */
  pages?: string | null | undefined
  instances: InstancesAnswer | null
  /** What keeps failing; null: it could not be asked. Absent where an older server does not tell. */
  failing?: FailingAnswer['failing'] | null
  /** How much more does, of features that the token may not see. */
  unnamed?: number
  /** What waits for approval or review. */
  proposals?: ProposalAnswer[]
}

/** Asks the control plane for everything that the status shows. */
export async function statusOf(remote: RemoteControlPlane): Promise<StatusOf> {
  const [{ features, pages }, instances, { failing, unnamed }, proposals] = await Promise.all([
    remote.overview(),
    remote.instances().catch(unlessForbidden),
    // A replica that is not ready says so to whoever routes to it; what it serves is shown all the same.
    remote.failing().catch(() => ({ failing: null, unnamed: 0 })),
    remote.proposals().then(({ proposals }) => proposals, unlessHidden),
  ])
  return { features, pages: pages ?? remote.url, instances, failing, unnamed, proposals }
}

/** Applications may not see them, and older servers have none. */
function unlessHidden(error: unknown): ProposalAnswer[] {
  if (error instanceof RefusalError && (error.status === 403 || error.status === 404)) return []
  throw error
}

function unlessForbidden(error: unknown): null {
  if (error instanceof RefusalError && error.status === 403) return null
  throw error
}

/** What everybody gets, which rollouts run, and which instances are behind. `now` in ms since the epoch. */
export function statusText(
  { features, pages, instances, failing = [], unnamed = 0, proposals = [] }: StatusOf,
  now: number,
): string {
  const blocks = features.map((feature) => featureText(feature, now, proposals))
  if (features.length === 0) blocks.push('no features yet: sluice publish creates the first one\n')
  if (instances?.leaders) blocks.push(leaderText(instances.leaders))
  if (failing === null)
    blocks.push('whether anything fails is not known: the control plane does not say that it is ready\n')
  else if (failing.length + unnamed > 0) blocks.push(failingText(failing, unnamed))
  blocks.push(instances ? instancesText(instances, now) : 'instances: this token may not see them\n')
  return [...blocks, ...(pages ? [`pages: ${pages}\n`] : [])].join('\n')
}

function featureText(feature: FeatureAnswer, now: number, proposals: readonly ProposalAnswer[]): string {
  const { active, versions, rollout } = feature
  const served =
    active === null ? `nothing is active; ${versions.length} published` : `${versionText(feature, active)} is active`
  const isRunning = rollout && rollout.ending === null
  const lines = [`${namedKey(feature)}: ${served}`]
  if (isRunning) lines.push(`  ${rolloutLine(rollout, versions, now)}`)
  else if (rollout?.ending) lines.push(`  last rollout, ${rollout.id}: ${endText(rollout, rollout.ending, now)}`)
  const own = proposals.filter((one) => one.feature === feature.feature).map((one) => `  ${proposalLine(one)}`)
  return `${[...lines, ...own].join('\n')}\n`
}

/** `rolled back 24 Nov 11:25Z by sluice: The canary is worse by …` */
function endText(rollout: RolloutAnswer, { by, reason }: NonNullable<RolloutAnswer['ending']>, now: number): string {
  const at = rollout.endedAt === null ? '' : ` ${momentText(rollout.endedAt, now)}`
  return `${stateText(rollout)}${at} by ${by}: ${reason}`
}

/** Whether anything is decided without a person, and where. */
function leaderText(leaders: NonNullable<InstancesAnswer['leaders']>): string {
  const leader = leaders.find(({ work }) => work === 'controller')
  if (leader) return `replica that decides on canaries: ${replicaText(leader.replica)}\n`
  return 'canaries: no replica leads them, so none advances or is rolled back by itself\n'
}

/** What is not done at present, feature by feature; the log of the control plane says why. */
function failingText(failing: FailingAnswer['failing'], unnamed: number): string {
  const lines = failing.slice(0, named).map(({ loop, feature, code, failures }) => {
    const times = failures === 1 ? '' : `, ${failures} times in a row`
    return `  ${loop}${feature === null ? '' : ` of ${feature}`} (${code}${times})`
  })
  const beyond = failing.length - lines.length
  const more = beyond > 0 ? [`  and ${beyond} more`] : []
  if (unnamed > 0) more.push(`  ${formatAmount(unnamed, 'thing')} of features that this token may not see`)
  return `${['failing, see the log of the control plane:', ...lines, ...more].join('\n')}\n`
}

const named = 20

function instancesText({ current, environments = [], instances }: InstancesAnswer, now: number): string {
  if (instances.length === 0) return 'instances: none is connected\n'
  const worth = instances.filter(({ upToDate, silent }) => !upToDate || silent)
  const silent = instances.filter((instance) => instance.silent).length
  const head = [
    `instances: ${instances.length - worth.length} of ${instances.length} are up to date`,
    ...(silent > 0 ? [`${silent} silent`] : []),
    `at revision ${presentRevisionText(current.revision, environments)}`,
  ].join(', ')
  const lines = worth.slice(0, named).map((instance) => `  ${instanceText(instance, current, now)}`)
  const more = worth.length > named ? [`  and ${worth.length - named} more that are behind or silent`] : []
  return `${[head, ...lines, ...more].join('\n')}\n`
}

/**
 * `host-9 has revision 5, silent for 40 s, may serve a canary until 02:11:30Z`. The revision 0 of one that is behind
 * says that more than its lag may not be told.
 */
function instanceText(
  state: InstancesAnswer['instances'][number],
  current: InstancesAnswer['current'],
  now: number,
): string {
  const { instance, environment, epoch, revision, stale, silent, seenAt, mayServeUntil, upToDate } = state
  const ofBefore = epoch && current.epoch && epoch !== current.epoch ? ' from before the store was restored' : ''
  const place = environment ? ` in ${environment}` : ''
  const known = revision === 0 && !upToDate ? 'is behind' : `has revision ${formatCount(revision)}${place}${ofBefore}`
  const parts = [`${instance} ${revision < 0 ? 'has not reported what it runs' : known}`]
  if (stale) parts.push('incumbents only')
  if (silent) parts.push(`silent for ${silenceText(Math.max(0, now - seenAt))}`)
  if (silent && mayServeUntil) parts.push(`may serve a canary until ${timeOfDay(mayServeUntil)}`)
  return parts.join(', ')
}
