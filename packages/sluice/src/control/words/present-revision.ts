import type { EnvironmentRevision } from '../../records/instance.ts'
import { formatCount } from '../../text/format.ts'

/** `12`, or `15 in staging, 12 in production` where there are environments. */
export function presentRevisionText(revision: number, environments: readonly EnvironmentRevision[]): string {
  if (environments.length === 0) return formatCount(revision)
  return environments.map((one) => `${formatCount(one.revision)} in ${one.environment}`).join(', ')
}
