import { rolloutIdOf, rolloutsWith } from '../control/remote/rollouts.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'

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
