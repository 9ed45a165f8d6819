import { SluiceError } from '../errors.ts'
import type { ControlPlane } from '../remote/control-plane.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'
import { rolloutIdOf } from './rollout.ts'

interface ExcludeOptions extends RemoteOptions {
  token: string
  rollout?: string
  reason: string
  undo?: boolean
}

/** `sluice outcomes exclude`: what a token reported is no evidence, in one rollout or in all that run and heard of it. */
export async function excludeOutcomes(options: ExcludeOptions, host: Host): Promise<number> {
  const { token, reason, undo = false } = options
  const remote = connect(options, host)
  const ids =
    options.rollout === undefined ? await rolloutsWith(remote, token) : [await rolloutIdOf(remote, options.rollout)]
  const changed = []
  for (const id of ids) changed.push(await remote.exclude(id, { token, reason, undo }))
  const done = undo ? 'count again' : 'are left out'
  tell(options, host, changed, (seen) =>
    seen
      .map(
        ({ id, feature }) =>
          `${feature}: the outcomes of ${token} ${done} in rollout ${id}; sluice status shows what follows\n`,
      )
      .join(''),
  )
  return 0
}

async function rolloutsWith(remote: ControlPlane, token: string): Promise<string[]> {
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
