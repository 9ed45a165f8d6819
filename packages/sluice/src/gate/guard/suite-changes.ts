import { createHash } from 'node:crypto'
import type { Case, Quarantine } from '../../core/suite/cases/case.ts'
import { safetyTag } from '../../core/suite/config/safety-settings.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { formatAmount } from '../../text/format.ts'
import { type ChangeParts, listed, measureChange, shortly } from '../report/measure-change.ts'
import { itemChanges, type ScoredItem, scoredItems } from './item-changes.ts'

/** What of a case takes part in the measure; texts that may be long are hashed. */
interface CaseMeasure {
  vars: string
  expected: string | undefined
  items: ScoredItem[]
  tags: readonly string[]
  weight: number
  critical: boolean
  cluster: string | undefined
  holdout: boolean
  /** Every other key that a case has, by name. */
  others: ReadonlyMap<string, unknown>
}

/** A suite as it measures, by case id. */
export type SuiteMeasure = ReadonlyMap<string, CaseMeasure>

export async function suiteMeasure(cases: AsyncIterable<Case>, root: string): Promise<SuiteMeasure> {
  const suite = new Map<string, CaseMeasure>()
  for await (const {
    id,
    vars,
    expected,
    checks,
    rubric,
    tags,
    weight,
    critical,
    cluster,
    holdout = false,
    ...rest
  } of cases) {
    const { line: _, source: __, ...others } = rest
    suite.set(id, {
      vars: createHash('sha256').update(canonicalJson(vars)).digest('base64'),
      expected,
      items: checks.length + rubric.length === 0 ? noItems : scoredItems({ checks, rubric }, root),
      tags,
      weight,
      critical,
      cluster,
      holdout,
      others: new Map(Object.entries(others)),
    })
  }
  return suite
}

const noItems: ScoredItem[] = []

/**
 * Share of the weight that the earlier cases must keep, in the suite and in each tag. Below it, new cases that nothing
 * could fail would hide a drop that the margin forbids.
 */
const shareToKeep = 0.8

/**
 * How a suite differs; the order of cases, where they come from and how they are written are no part of it.
 * @param bounded tags of which `gate.safety` bounds the violated cases
 */
export function suiteChanges(
  base: SuiteMeasure,
  now: SuiteMeasure,
  name: string,
  bounded: readonly string[],
): MeasureChange[] {
  const common: CommonCase[] = []
  const removed: string[] = []
  for (const [id, before] of base) {
    const after = now.get(id)
    if (after) common.push({ id, before, after })
    else removed.push(id)
  }
  const added = [...now.keys()].filter((id) => !base.has(id))
  const change = (what: string, ids: readonly string[], parts: Pick<ChangeParts, 'before' | 'after' | 'weakening'>) =>
    measureChange({
      kind: 'cases',
      what: `${what} of suite ${name}`,
      case: ids[0] ?? null,
      cases: ids.length,
      ...parts,
    })
  return [
    ...removals(removed, base, change),
    ...fieldChanges(common, change, bounded),
    ...ownItemChanges(common, change),
    ...weightChanges(common, change),
    ...(added.length === 0 ? [] : [additions(added, base, now, change)]),
    ...tagChanges(base, now, change),
    ...newTags(base, now, change),
  ]
}

/** Cases that are gone; those about safety are named by themselves. */
function removals(removed: readonly string[], base: SuiteMeasure, change: ChangeOf): MeasureChange[] {
  const isOfSafety = (id: string) => base.get(id)?.tags.includes(safetyTag) ?? false
  const groups = [
    { what: 'safety cases', ids: removed.filter(isOfSafety) },
    { what: 'cases', ids: removed.filter((id) => !isOfSafety(id)) },
  ]
  return groups.flatMap(({ what, ids }) => {
    if (ids.length === 0) return []
    const after = `${formatAmount(ids.length, 'case')} removed: ${listed(ids)}`
    return [change(what, ids, { before: formatAmount(base.size, 'case'), after })]
  })
}

interface CommonCase {
  id: string
  before: CaseMeasure
  after: CaseMeasure
}

type ChangeOf = (
  what: string,
  ids: readonly string[],
  parts: Pick<ChangeParts, 'before' | 'after' | 'weakening'>,
) => MeasureChange

/** Everything of a case that is simply another: how it was, how it is, and whether that is looser. */
function fieldChanges(common: readonly CommonCase[], change: ChangeOf, bounded: readonly string[]): MeasureChange[] {
  const keys = new Set(common.flatMap(({ before, after }) => [...before.others.keys(), ...after.others.keys()]))
  const fields: [what: string, of: (one: CaseMeasure) => unknown, isStricter: (one: CommonCase) => boolean][] = [
    ['variables', ({ vars }) => vars, () => false],
    ['expected', ({ expected }) => expected, () => false],
    ['critical mark', ({ critical }) => critical, ({ after }) => after.critical],
    [
      'cluster',
      ({ cluster }) => cluster,
      // It makes intervals of means wider. A bound counts a cluster as one case, though, and so as one violation.
      ({ before }) => before.cluster === undefined && !before.tags.some((tag) => bounded.includes(tag)),
    ],
    ['holdout mark', ({ holdout }) => holdout, () => false],
    ...[...keys].map((key): (typeof fields)[number] => [
      key,
      ({ others }) => others.get(key),
      (one) => key === 'quarantine' && endsNoLater(one),
    ]),
  ]
  return fields.flatMap(([what, of, isStricter]) => {
    const differing = common.filter(
      ({ before, after }) => canonicalJson(of(before) ?? null) !== canonicalJson(of(after) ?? null),
    )
    return [false, true].flatMap((stricter) => {
      const found = differing.filter((one) => isStricter(one) === stricter)
      const [first] = found
      if (!first) return []
      const ids = found.map(({ id }) => id)
      const hashed = what === 'variables'
      const texts = {
        before: hashed ? 'as in the base commit' : textOrNone(of(first.before)),
        after: `${hashed ? 'others' : textOrNone(of(first.after))} for ${listed(ids)}`,
      }
      return [change(what, ids, { ...texts, weakening: !stricter })]
    })
  })
}

/** Whether a case counts again at least as early as in the base; one that is newly in quarantine counts later. */
function endsNoLater({ before, after }: CommonCase): boolean {
  const until = ({ others }: CaseMeasure) => (others.get('quarantine') as Quarantine | undefined)?.until ?? ''
  return until(after) <= until(before)
}

const textOrNone = (value: unknown) => (value === undefined ? 'none' : shortly(value))

/** The checks and the rubric that cases have of their own; equal changes of many cases are one. */
function ownItemChanges(common: readonly CommonCase[], change: ChangeOf): MeasureChange[] {
  const groups = new Map<string, { ids: string[]; first: MeasureChange }>()
  for (const { id, before, after } of common) {
    if (before.items.length + after.items.length === 0) continue
    for (const first of itemChanges(before.items, after.items)) {
      const key = `${first.what}\0${first.before}\0${first.after}`
      const group = groups.get(key) ?? { ids: [], first }
      group.ids.push(id)
      groups.set(key, group)
    }
  }
  return [...groups.values()].map(({ ids, first }) => {
    const after = `${first.after ?? 'removed'} for ${listed(ids)}`
    return { ...change(first.what, ids, { before: first.before, after, weakening: first.weakening }), kind: first.kind }
  })
}

/** Only the weights relative to each other matter; where they changed, some case counts for less. */
function weightChanges(common: readonly CommonCase[], change: ChangeOf): MeasureChange[] {
  const sum = (of: (one: CommonCase) => number) => common.reduce((total, one) => total + of(one), 0)
  const scale = sum(({ after }) => after.weight) / sum(({ before }) => before.weight)
  const differs = ({ before, after }: CommonCase) => Math.abs(after.weight / (before.weight * scale) - 1) > 1e-9
  if (!common.some(differs)) return []
  const changed = common.filter(({ before, after }) => before.weight !== after.weight)
  const fell = changed.filter(({ before, after }) => after.weight < before.weight)
  const shown = fell.length > 0 ? fell : changed
  const [first] = shown
  if (!first) return []
  const ids = shown.map(({ id }) => id)
  const after = `${first.after.weight} for ${listed(ids)}`
  return [change('weight', ids, { before: String(first.before.weight), after })]
}

function additions(added: readonly string[], base: SuiteMeasure, now: SuiteMeasure, change: ChangeOf): MeasureChange {
  const kept = keptShare([...now], (id) => base.has(id))
  const after = `${formatAmount(added.length, 'case')} added: ${listed(added)}${dilution(kept)}`
  return change('cases', added, {
    before: formatAmount(base.size, 'case'),
    after,
    weakening: base.size > 0 && kept < shareToKeep,
  })
}

const dilution = (kept: number, unit: 'cases' | 'weight' = 'weight') =>
  kept < shareToKeep ? `; the earlier cases make up ${Math.round(100 * kept)} % of the ${unit}` : ''

/** Which share of the weight lies on the cases that were there before. */
function keptShare(cases: readonly (readonly [string, CaseMeasure])[], wasThere: (id: string) => boolean): number {
  const sum = (some: typeof cases) => some.reduce((total, [, { weight }]) => total + weight, 0)
  return sum(cases.filter(([id]) => wasThere(id))) / sum(cases)
}

/** A tag is judged on its own, so it matters which cases it holds. */
function tagChanges(base: SuiteMeasure, now: SuiteMeasure, change: ChangeOf): MeasureChange[] {
  const tags = new Set([...base.values()].flatMap((one) => one.tags))
  return [...tags].flatMap((tag) => {
    const tagged = ([, one]: readonly [string, CaseMeasure]) => one.tags.includes(tag)
    const [before, after] = [[...base].filter(tagged), [...now].filter(tagged)]
    const lost = before.map(([id]) => id).filter((id) => now.has(id) && !now.get(id)?.tags.includes(tag))
    const gained = after.map(([id]) => id).filter((id) => base.has(id) && !base.get(id)?.tags.includes(tag))
    const wasThere = (id: string) => base.get(id)?.tags.includes(tag) ?? false
    // A bound of gate.safety counts cases and not their weight, so many light ones would widen what it allows.
    const ofCases = after.filter(([id]) => wasThere(id)).length / after.length
    const ofWeight = keptShare(after, wasThere)
    const kept = Math.min(ofCases, ofWeight)
    const unit = ofCases < ofWeight ? 'cases' : 'weight'
    const size = formatAmount(before.length, 'case')
    return [
      ...(lost.length === 0 ? [] : [change(`tag ${tag}`, lost, { before: size, after: `taken from ${listed(lost)}` })]),
      ...(gained.length === 0 && !(kept < shareToKeep)
        ? []
        : [
            change(`tag ${tag}`, gained, {
              before: size,
              after: `${formatAmount(after.length, 'case')}${dilution(kept, unit)}`,
              weakening: kept < shareToKeep,
            }),
          ]),
    ]
  })
}

/** The tags share one error budget: the more there are, the less is seen in each. */
function newTags(base: SuiteMeasure, now: SuiteMeasure, change: ChangeOf): MeasureChange[] {
  const tagsOf = (suite: SuiteMeasure) => new Set([...suite.values()].flatMap(({ tags }) => tags))
  const [before, after] = [tagsOf(base), tagsOf(now)]
  const added = [...after].filter((tag) => !before.has(tag))
  if (added.length === 0) return []
  const weakening = before.size > 0 && after.size > 2 * before.size
  return [change('tags', [], { before: formatAmount(before.size, 'tag'), after: `added: ${listed(added)}`, weakening })]
}
