import type { Rollout } from '../../release/rollout.ts'
import { type Caller, maySee } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import type { Plane } from '../plane.ts'

/**
 * The running or last rollout of a feature that the caller may see. Earlier ones are in the audit log only.
 * @throws Problem 404
 */
export async function findRollout({ store }: Plane, id: string, caller: Caller): Promise<Rollout> {
  const states = await store.features()
  const found = states.find(({ feature, rollout }) => rollout?.id === id && maySee(caller, feature))?.rollout
  if (!found) throw notFound(`There is no rollout ${id}; earlier ones of a feature are in its audit log.`)
  return found
}
