import { type MeasureChange, type RunFinding, runFinding } from '../../records/report/report.ts'

/** A change without what goes without saying. */
export type ChangeParts = Pick<MeasureChange, 'kind' | 'what' | 'before' | 'after'> & Partial<MeasureChange>

/** A weakening of the whole project, unless the parts say otherwise. */
export function measureChange(parts: ChangeParts): MeasureChange {
  return { feature: null, case: null, cases: 0, weakening: true, ...parts }
}

const idsShown = 5

/** The first ids and how many there are besides. */
export function listed(ids: readonly string[]): string {
  const more = ids.length - idsShown
  return `${ids.slice(0, idsShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const valueLength = 80

/** A value on one line, short enough to be read. */
export function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > valueLength ? `${line.slice(0, valueLength - 1)}…` : line
}

const shown = 5

/**
 * What a report says above its numbers of a change that also changes its own measure: each weakening with its old and
 * new value, once for all features that have it alike; the other changes in one line.
 */
export function measureFindings(changes: readonly MeasureChange[]): RunFinding[] {
  const weaker = merged(changes.filter(({ weakening }) => weakening))
  const others = merged(changes.filter(({ weakening }) => !weakening))
  return [...weaker.map(weakeningFinding), ...(others.length === 0 ? [] : [othersFinding(others)])]
}

/** Changes that differ in their feature alone, as one with all features. */
interface Merged extends MeasureChange {
  features: string[]
}

function merged(changes: readonly MeasureChange[]): Merged[] {
  const groups = new Map<string, Merged>()
  for (const change of changes) {
    const { feature, ...rest } = change
    const key = JSON.stringify(rest)
    const group = groups.get(key) ?? { ...change, features: [] }
    if (feature !== null) group.features.push(feature)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function weakeningFinding(change: Merged): RunFinding {
  const { what, features, before, after } = change
  const several = features.length > 1 ? ` of ${placesOf(features)}` : ''
  const feature = features.length === 1 ? (features[0] ?? null) : null
  const message = `loosened or replaced by this change: ${what}${several}`
  return runFinding(`measure-${change.kind}`, 'warning', message, { feature, before, after })
}

function othersFinding(others: readonly Merged[]): RunFinding {
  const texts = others.slice(0, shown).map(({ what, features, before, after }) => {
    const place = features.length === 0 ? '' : ` of ${placesOf(features)}`
    return `${what}${place} (${before ?? 'none'} -> ${after ?? 'none'})`
  })
  const left = others.length - shown
  const more = left > 0 ? ` and ${left} more` : ''
  const message = `This change also alters the measure without loosening it: ${texts.join('; ')}${more}.`
  return runFinding('measure', 'note', message)
}

function placesOf(features: readonly string[]): string {
  const left = features.length - shown
  const names = `${features.slice(0, shown).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  return features.length === 1 ? names : `${features.length} features (${names})`
}
