import { z } from 'zod'
import { SluiceError } from '../errors.ts'
import type { FeatureAnswer, RolloutAnswer } from '../remote/answers.ts'
import type { ControlPlane, RolloutAction } from '../remote/control-plane.ts'
import { findVersion } from '../remote/find-version.ts'
import { rolloutText } from '../remote/rollout-text.ts'
import { visibleData } from '../report/untrusted.ts'
import { rolloutSettingsSchema } from '../suite/rollout-settings.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'
import { readSettings } from './read-settings.ts'
import { type RolloutOutlook, rolloutOutlook } from './rollout-outlook.ts'

interface StartOptions extends RemoteOptions {
  settings?: string
  override?: string
  supersede?: boolean
  perDay?: number
  users?: number
}

/** `sluice rollout start`: a version goes to a growing share of the users. */
export async function startRollout(name: string, wanted: string, options: StartOptions, host: Host): Promise<number> {
  const { settings, override, supersede } = options
  const given = settings === undefined ? undefined : await readSettings(settings, host)
  const remote = connect(options, host)
  const { versions, feature, revision } = await remote.feature(name)
  const version = findVersion({ feature, versions }, wanted)
  const outlook = await outlookOn(remote, { name, version, given }, options)
  if (!options.json && outlook) host.stdout.write(`${outlook.lines.join('\n')}\n`)
  const rollout = await remote.startRollout(name, {
    version,
    expectedRevision: revision,
    ...(given !== undefined && { settings: given }),
    ...(outlook?.changed && { settings: z.encode(rolloutSettingsSchema, outlook.settings) }),
    ...(outlook?.judgePercent != null && { judgePercent: outlook.judgePercent }),
    ...(override !== undefined && { override: { reason: override } }),
    ...(supersede && { supersede }),
  })
  tell(options, host, rollout, (seen) => rolloutText(seen, visibleData(versions), Date.now()))
  return 0
}

/** What this traffic can decide; undefined where the control plane is older and does not tell. */
async function outlookOn(
  remote: ControlPlane,
  { name, version, given }: { name: string; version: string; given: unknown },
  { perDay, users }: StartOptions,
): Promise<(RolloutOutlook & { changed: boolean }) | undefined> {
  const known = await remote.traffic(name, version).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code !== 'cannot-run') return undefined
    throw error
  })
  if (!known) return undefined
  const { data: settings } = rolloutSettingsSchema.safeParse(given ?? known.rollout)
  if (!settings) return undefined
  const outlook = rolloutOutlook(known, { settings, areGiven: given !== undefined, perDay, users }, Date.now())
  return { ...outlook, changed: outlook.settings !== settings }
}

/** `sluice rollout status`: of a feature's running or last rollout, or of any by its id. */
export async function showRollout(which: string, options: RemoteOptions, host: Host): Promise<number> {
  const remote = connect(options, host)
  return show(remote, await remote.rollout(await rolloutIdOf(remote, which)), options, host)
}

/** `sluice rollout pause|resume|advance|promote|abort`. */
export async function actOnRollout(
  action: RolloutAction,
  which: string,
  options: RemoteOptions & { reason: string },
  host: Host,
): Promise<number> {
  const remote = connect(options, host)
  const { id, revision } = await seenRollout(remote, which)
  const rollout = await remote.act(id, action, { reason: options.reason, expectedRevision: revision })
  return show(remote, rollout, options, host)
}

async function show(remote: ControlPlane, rollout: RolloutAnswer, options: RemoteOptions, host: Host): Promise<number> {
  const { versions } = await remote.feature(rollout.feature)
  tell(options, host, rollout, (seen) => rolloutText(seen, visibleData(versions), Date.now()))
  return 0
}

/** The id of a rollout that is named by it, or by its feature. */
export async function rolloutIdOf(remote: ControlPlane, which: string): Promise<string> {
  return rolloutId.test(which) ? which : idOf(await remote.feature(which))
}

const rolloutId = /^r-[0-9a-f]{16}$/

/** The rollout, and the feature's revision at which it was seen. */
async function seenRollout(remote: ControlPlane, which: string): Promise<{ id: string; revision: number }> {
  const isId = rolloutId.test(which)
  const feature = await remote.feature(isId ? (await remote.rollout(which)).feature : which)
  return { id: isId ? which : idOf(feature), revision: feature.revision }
}

function idOf({ feature, rollout }: FeatureAnswer): string {
  if (rollout) return rollout.id
  throw new SluiceError('invalid-input', `${feature} has had no rollout yet: sluice rollout start begins one`)
}
