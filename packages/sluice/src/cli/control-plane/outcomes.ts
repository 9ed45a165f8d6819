import { rolloutIdOf, rolloutsWith } from '../../control/remote/rollouts.ts'
import { readFlags, remoteFlags, set, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'

const excludeFlags = {
  ...remoteFlags,
  token: text,
  rollout: text.optional(),
  reason: text,
  undo: set.optional(),
}

/**
 * `sluice outcomes exclude`: what a token reported is no evidence, in one rollout or in all that run and heard of it.
 */
export async function excludeOutcomes(given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('outcomes exclude', excludeFlags, given)
  const { token, reason, undo = false } = options
  const remote = connect(options, host)
  const ids =
    options.rollout === undefined ? await rolloutsWith(remote, token) : [await rolloutIdOf(remote, options.rollout)]
  const changed = []
  for (const id of ids) changed.push(await remote.exclude(id, { token, reason, undo }))
  const done = undo ? 'count again' : 'are left out'
  printDocument(options, host, changed, (seen) =>
    seen
      .map(
        ({ id, feature }) =>
          `${feature}: the outcomes of ${token} ${done} in rollout ${id}; sluice status shows what follows\n`,
      )
      .join(''),
  )
  return 0
}
