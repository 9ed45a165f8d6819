import type { FeatureState } from '../../../records/feature.ts'
import type { InstanceRecord } from '../../../records/instance.ts'
import { callerOf, isServed } from '../access/caller.ts'
import type { Services } from '../services.ts'
import { isInstanceSilent, servingInstances, wallTime } from './instance-states.ts'

/**
 * How far one instance is with the last change of a feature. `incumbentsOnly`: it lacks the change, but has said since
 * that it serves no canary. Of those that lack it, `silent` ones have not reported for three heartbeats.
 */
type AppliedStanding = 'applied' | 'incumbentsOnly' | 'missing' | 'silent'

interface AppliedState {
  record: InstanceRecord
  standing: AppliedStanding
}

/** The instances that may serve the feature, and whether each has its present state. */
export async function appliedStates(services: Services, state: FeatureState): Promise<AppliedState[]> {
  const { epoch: present } = services.snapshots.view(null).snapshot
  const takenBack = canaryTakenBack(state)
  return (await concernedInstances(services, state.feature)).map((record) => {
    const { epoch, revision, known } = record
    const has = known && epoch === present && revision >= state.revision
    const isSafe = takenBack !== undefined && servesNoneOf(services, takenBack, record)
    const lacking = isSafe ? 'incumbentsOnly' : isInstanceSilent(services, record) ? 'silent' : 'missing'
    return { record, standing: has ? 'applied' : lacking }
  })
}

async function concernedInstances(services: Services, feature: string): Promise<InstanceRecord[]> {
  const [serving, tokens] = await Promise.all([servingInstances(services), services.store.tokens()])
  const callers = tokens.map((token) => callerOf(token, services.environments))
  const seeing = new Set(callers.filter((caller) => isServed(caller, feature)).map(({ tokenId }) => tokenId))
  return serving.filter(({ tokenId }) => tokenId !== null && seeing.has(tokenId))
}

interface EndedCanary {
  startedAfter: number
  endedAt: number
}

/** The rollout whose end, as the last change, gave everybody the incumbent. */
export function canaryTakenBack({ rollout, takenBack }: FeatureState): EndedCanary | undefined {
  if (!rollout || rollout.canary !== takenBack?.version) return undefined
  const { status, startedAfter, endedAt } = rollout
  if (status !== 'rolledBack' && status !== 'aborted') return undefined
  return startedAfter === undefined || endedAt === null ? undefined : { startedAfter, endedAt }
}

/**
 * Whether the instance reported, after the end of the rollout, that it serves only the incumbent. An earlier report
 * does not count, since its answer may have allowed the instance to serve the canary again.
 */
function servesNoneOf(
  services: Services,
  { startedAfter, endedAt }: EndedCanary,
  { stale, known, epoch, revision, seenAt }: InstanceRecord,
): boolean {
  const present = services.snapshots.view(null).snapshot.epoch
  return stale && wallTime(services, seenAt) > endedAt && known && epoch === present && revision >= startedAfter
}
