import type { Rollout } from '../../../records/rollout/rollout.ts'
import { maySee, type TokenReach } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import type { Services } from '../services.ts'

/**
 * A rollout of a feature that the caller may see: the last one, or a stored past one. Earlier ones are only in the
 * audit log.
 * @throws Problem 404
 */
export async function findRollout({ store }: Services, id: string, caller: TokenReach): Promise<Rollout> {
  const visible = (await store.features()).filter(({ feature }) => maySee(caller, feature))
  const rollouts = visible.flatMap(({ rollout, pastRollouts }) => [...(rollout ? [rollout] : []), ...pastRollouts])
  const found = rollouts.find((rollout) => rollout.id === id)
  if (!found) throw notFound(`There is no rollout ${id}. Older rollouts of a feature are only in its audit log.`)
  return found
}
