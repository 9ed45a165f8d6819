import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { rolloutSettingsSchema } from '../../records/rollout/rollout-settings.ts'
import { rolloutAddress } from '../pages/addresses.ts'
import { type RolloutOutlook, rolloutOutlook } from '../words/rollout-outlook.ts'
import type { FeatureAnswer, ForecastAnswer, ProposalAnswer, RolloutAnswer, VersionAnswer } from './answers.ts'
import { findVersion } from './find-version.ts'
import { type ApprovalChoice, madeOrProposed, unapproved } from './proposals.ts'
import { RefusalError } from './refusal.ts'
import type { RemoteControlPlane, RolloutAction } from './remote-control-plane.ts'

/** What a rollout is begun with. */
export interface RolloutRequest extends ApprovalChoice {
  /** Label or id of the version, or how the id begins. */
  wanted: string
  /** The settings of a file; undefined: those of the version. */
  given: unknown
  /** Requests a day, and distinct users of a week; undefined: as the log tells. */
  perDay: number | undefined
  users: number | undefined
  /** Why it may begin without a passing report. */
  override: string | undefined
  /** Why it is begun. */
  reason: string | undefined
  /** A running rollout is ended. */
  supersede: boolean
  /** It begins even if the traffic cannot decide it. */
  acceptUndecided: boolean
}

/**
 * Begins a rollout with the settings that suit the traffic; `onOutlook` is told before that what can be decided by
 * when.
 */
export async function beginRollout(
  remote: RemoteControlPlane,
  name: string,
  request: RolloutRequest,
  onOutlook: (lines: readonly string[]) => void,
): Promise<{ rollout: RolloutAnswer; versions: VersionAnswer[] } | { proposal: ProposalAnswer }> {
  const { wanted, given, perDay, users, override, reason, supersede, acceptUndecided } = request
  const { versions, feature, revision } = await remote.feature(name)
  const version = findVersion({ feature, versions }, wanted)
  const outlook = await outlookOn(remote, { name, version, given, perDay, users }).catch((error: unknown) => {
    if (acceptUndecided && isUncounted(error)) return uncounted
    throw error
  })
  if (outlook) onOutlook(outlook.lines)
  const body = {
    version,
    expectedRevision: revision,
    ...(given !== undefined && { settings: given }),
    ...(outlook?.settings && { settings: z.encode(rolloutSettingsSchema, outlook.settings) }),
    ...(outlook?.judgePercent != null && { judgePercent: outlook.judgePercent }),
    ...(override !== undefined && { override: { reason: override } }),
    ...(reason !== undefined && { reason }),
    ...(supersede && { supersede }),
    ...(acceptUndecided && { acceptUndecided }),
    ...(outlook?.refuses &&
      (perDay ?? users) !== undefined && {
        traffic: { ...(perDay !== undefined && { requestsPerDay: perDay }), ...(users !== undefined && { users }) },
      }),
  }
  const result = await madeOrProposed(request, {
    make: () => remote.startRollout(name, { ...body, ...unapproved(request) }),
    propose: () => remote.propose(name, { act: 'start', ...body }),
  })
  return 'proposal' in result ? result : { rollout: result.made, versions }
}

/** Does something to a rollout as it is seen now, which is named by its id or its feature. */
export async function actOnRollout(
  remote: RemoteControlPlane,
  which: string,
  action: RolloutAction,
  request: ApprovalChoice & { reason: string },
): Promise<{ made: RolloutAnswer } | { proposal: ProposalAnswer }> {
  const { id, feature, revision: expectedRevision } = await seenRollout(remote, which)
  const { reason } = request
  return madeOrProposed(request, {
    make: () => remote.act(id, action, { reason, expectedRevision, ...unapproved(request) }),
    propose: () => remote.propose(feature, { act: action, rollout: id, reason, expectedRevision }),
  })
}

/** A forecast, or that there is none because it failed: `detail` says why. */
export type AskedForecast = ForecastAnswer & { detail?: string }

/** How a running rollout is expected to end; null if it has ended, or the control plane is older and knows of none. */
export async function forecastOf(
  remote: Pick<RemoteControlPlane, 'forecast'>,
  { id, endedAt }: RolloutAnswer,
): Promise<AskedForecast | null> {
  if (endedAt !== null) return null
  return remote.forecast(id).catch((error: unknown) => {
    if (!(error instanceof SluiceError)) throw error
    if (error instanceof RefusalError && error.status === 404) return null
    const detail = error instanceof RefusalError ? error.detail : null
    return { forecast: null, unknown: 'failed', detail: detail ?? error.message, at: Date.now() }
  })
}

/** The address of a rollout's page; by that of this command, where the control plane does not know its own. */
export function pageOf(
  { id, page }: Pick<RolloutAnswer, 'id' | 'page'>,
  { url }: Pick<RemoteControlPlane, 'url'>,
): string {
  return page ?? `${url}${rolloutAddress(id)}`
}

/** The id of a rollout that is named by it, or by its feature. */
export async function rolloutIdOf(remote: RemoteControlPlane, which: string): Promise<string> {
  return rolloutId.test(which) ? which : idOf(await remote.feature(which))
}

const rolloutId = /^r-[0-9a-f]{16}$/

/** The rollout, and the feature's revision at which it was seen. */
async function seenRollout(
  remote: RemoteControlPlane,
  which: string,
): Promise<{ id: string; feature: string; revision: number }> {
  const isId = rolloutId.test(which)
  const feature = await remote.feature(isId ? (await remote.rollout(which)).feature : which)
  return { id: isId ? which : idOf(feature), feature: feature.feature, revision: feature.revision }
}

function idOf({ feature, rollout }: FeatureAnswer): string {
  if (rollout) return rollout.id
  throw new SluiceError('invalid-input', `${feature} has had no rollout yet: sluice rollout start begins one`)
}

/**
 * The ids of the running rollouts that have heard of a token, or leave it out.
 * @throws SluiceError `invalid-input` where there is none
 */
export async function rolloutsWith(remote: RemoteControlPlane, token: string): Promise<string[]> {
  const rollouts = (await remote.features()).flatMap(({ rollout }) =>
    rollout && rollout.endedAt === null ? [rollout] : [],
  )
  const found = rollouts.filter(
    ({ assessment, excluded }) =>
      excluded?.includes(token) || assessment?.tokens?.some(({ tokenId }) => tokenId === token),
  )
  if (found.length > 0) return found.map(({ id }) => id)
  const known =
    'name the rollout with --rollout; sluice token list, and sluice rollout status where several report, show the ids of tokens'
  throw new SluiceError('invalid-input', `no running rollout has outcomes of a token ${token}: ${known}`)
}

/** What is said before a rollout begins, and sent with it. */
interface StartOutlook extends Pick<RolloutOutlook, 'lines' | 'judgePercent'> {
  /** Absent where those of the version, or those that were given, stay as they are. */
  settings?: RolloutOutlook['settings']
  /** The control plane knows `traffic` and `acceptUndecided` of a start. */
  refuses: boolean
}

const isUncounted = (error: unknown) => error instanceof RefusalError && error.problem === 'traffic-uncounted'

/** Whoever accepts a rollout that may end undecided needs no count of the traffic. */
const uncounted: StartOutlook = {
  lines: ['The traffic could not be counted: the stages do not rest on it, and how the rollout ends is not known.'],
  judgePercent: null,
  refuses: true,
}

/** What this traffic can decide; undefined where the control plane is older and does not tell. */
async function outlookOn(
  remote: RemoteControlPlane,
  {
    name,
    version,
    given,
    perDay,
    users,
  }: { name: string; version: string; given: unknown; perDay: number | undefined; users: number | undefined },
): Promise<StartOutlook | undefined> {
  const known = await remote.traffic(name, version).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code !== 'cannot-run') return undefined
    throw error
  })
  if (!known) return undefined
  const { data: settings } = rolloutSettingsSchema.safeParse(given ?? known.rollout)
  if (!settings) return undefined
  const outlook = await rolloutOutlook(
    { ...known, isJudged: known.judges ?? known.live.store },
    { settings, areGiven: given !== undefined, perDay, users },
    { start: Date.now() },
  )
  const { lines, judgePercent } = outlook
  return {
    ...{ lines, judgePercent, refuses: known.refusesUndecided === true },
    ...(outlook.settings !== settings && { settings: outlook.settings }),
  }
}
