import { SluiceError } from '../../errors.ts'
import { hint } from '../../text/did-you-mean.ts'
import type { FeatureAnswer, VersionAnswer } from './answers.ts'

/**
 * The id of the version that is meant by its label, its id, or the beginning of its id. The newest one where several
 * bear the label would be a guess, so that is refused.
 * @throws SluiceError `invalid-input` with those that there are
 */
export function findVersion(
  { feature, versions }: Pick<FeatureAnswer, 'feature' | 'versions'>,
  wanted: string,
): string {
  const exact = versions.find(({ id }) => id === wanted)
  if (exact) return exact.id
  const labelled = versions.filter(({ label }) => label === wanted)
  const found = labelled.length > 0 ? labelled : versions.filter(({ id }) => id.startsWith(wanted.toLowerCase()))
  const [only, ...others] = wanted === '' ? [] : found
  if (only && others.length === 0) return only.id
  throw new SluiceError(
    'invalid-input',
    only
      ? `${feature} has ${found.length} versions called "${wanted}": name one of them by its id: ${found.map(({ id }) => id).join(', ')}`
      : `${feature} has no version "${wanted}"${hint(wanted, namesOf(versions))}`,
  )
}

const shown = 10

function namesOf(versions: readonly VersionAnswer[]): string[] {
  return versions.slice(-shown).map(({ label, id }) => label ?? id)
}
