import type { CheckSpec } from '../../core/suite/checks/check-spec.ts'
import type { ChoiceJudge } from '../../core/suite/prompt/choice-judge.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { formatPercent } from '../../text/format.ts'
import { measureChange, shortly } from '../report/measure-change.ts'

/** What takes part in the score of a case: a check, a question of the rubric, or a judge that chooses. */
export interface ScoredItem {
  kind: 'check' | 'rubric'
  /** For people, e.g. `check contains "yes"`. */
  name: string
  /** What it asks for, apart from its weight and its name. Equal where equal answers get equal scores. */
  meaning: string
  /** Items of one slot are the same one, asked differently. */
  slot: string
  weight: number
  must: boolean
  /** The meaning in plain words. */
  shown: string
  /** A number of which more, or less, is stricter. */
  limit?: { value: number; stricter: 'higher' | 'lower'; rest: string }
}

export interface ScoredBy {
  checks: readonly CheckSpec[]
  rubric: readonly RubricItem[]
  choices?: readonly ChoiceJudge[]
}

/** `root` is taken off the paths of modules. */
export function scoredItems({ checks, rubric, choices = [] }: ScoredBy, root: string): ScoredItem[] {
  return [...checks.map((spec) => checkItem(spec, root)), ...rubric.map(rubricItem), ...choices.map(choiceItem)]
}

/**
 * How the items differ, in plain words. An item that was added counts as a weakening where it has a weight, because all
 * others then count for less; so does every change of a weight.
 */
export function itemChanges(base: readonly ScoredItem[], now: readonly ScoredItem[]): MeasureChange[] {
  const { pairs, removed, added } = paired(base, now)
  const total = (items: readonly ScoredItem[]) => items.reduce((sum, { weight }) => sum + weight, 0)
  const share = ({ weight }: ScoredItem, of: readonly ScoredItem[]) => {
    const part = weight === 0 ? 0 : weight / total(of)
    return `${weight} (${formatPercent(part, part < 0.01 ? 2 : 0)} of these)`
  }
  return [
    ...removed.map(({ kind, name, shown }) => measureChange({ kind, what: name, before: shown, after: null })),
    ...pairs.flatMap(([before, after]) => [
      ...reworded(before, after),
      ...(before.must === after.must ? [] : [mustChange(before, after)]),
      ...(before.weight === after.weight
        ? []
        : [
            measureChange({
              kind: after.kind,
              what: `weight of ${after.name}`,
              before: share(before, base),
              after: share(after, now),
            }),
          ]),
    ]),
    ...added.map((item) =>
      measureChange({
        kind: item.kind,
        what: item.name,
        before: null,
        after: item.weight > 0 ? `with weight ${share(item, now)}, so that the others count for less` : item.shown,
        weakening: item.weight > 0,
      }),
    ),
  ]
}

interface Paired {
  pairs: [ScoredItem, ScoredItem][]
  removed: ScoredItem[]
  added: ScoredItem[]
}

/** Items of the same meaning belong together; of the rest those of the same slot, in their order. */
function paired(base: readonly ScoredItem[], now: readonly ScoredItem[]): Paired {
  const pairs: [ScoredItem, ScoredItem][] = []
  let [removed, added] = [[...base], [...now]]
  for (const same of [sameThroughout, sameMeaning, sameSlot]) {
    const left: ScoredItem[] = []
    for (const item of removed) {
      const at = added.findIndex((other) => same(item, other))
      const [found] = at < 0 ? [] : added.splice(at, 1)
      if (found) pairs.push([item, found])
      else left.push(item)
    }
    removed = left
  }
  return { pairs, removed, added }
}

type Same = (a: ScoredItem, b: ScoredItem) => boolean
const sameMeaning: Same = (a, b) => a.slot === b.slot && a.meaning === b.meaning
const sameThroughout: Same = (a, b) => sameMeaning(a, b) && a.weight === b.weight && a.must === b.must
const sameSlot: Same = (a, b) => a.slot === b.slot

function reworded(before: ScoredItem, after: ScoredItem): MeasureChange[] {
  if (before.meaning === after.meaning) return []
  const { kind, name } = before
  return [
    measureChange({
      kind,
      what: name,
      before: before.shown,
      after: after.shown,
      weakening: !isStricter(before, after),
    }),
  ]
}

function isStricter({ limit: before }: ScoredItem, { limit: after }: ScoredItem): boolean {
  if (!before || !after || before.rest !== after.rest) return false
  return before.stricter === 'higher' ? after.value > before.value : after.value < before.value
}

function mustChange(before: ScoredItem, after: ScoredItem): MeasureChange {
  const word = (must: boolean) => (must ? 'must pass' : 'need not pass')
  const { kind, name } = before
  return measureChange({ kind, what: name, before: word(before.must), after: word(after.must), weakening: before.must })
}

const stricterWhen: Partial<Record<CheckSpec['type'], 'higher' | 'lower'>> = {
  minWords: 'higher',
  maxWords: 'lower',
  maxChars: 'lower',
  latencyMs: 'lower',
  costUsd: 'lower',
  maxSteps: 'lower',
}

function checkItem(spec: CheckSpec, root: string): ScoredItem {
  const { type, value, negate, caseSensitive, weight, must, name: _, ...rest } = spec
  const key = negate ? `not${type[0]?.toUpperCase()}${type.slice(1)}` : type
  const text = type === 'module' ? value.replace(`${root}/`, '') : value
  const shown = `${key} ${shortly(text)}${caseSensitive ? ', case-sensitive' : ''}`
  const stricter = negate ? undefined : stricterWhen[type]
  const meaning = canonicalJson({ value, caseSensitive, rest })
  const item = { kind: 'check' as const, name: `check ${shown}`, meaning, slot: key, weight, must, shown }
  if (type === 'similarity') {
    const { min, maxDistance, ...others } = value
    const limit = min ?? maxDistance ?? 0
    const isLeast = min !== undefined
    const same = canonicalJson({ others, caseSensitive, rest, isLeast })
    return { ...item, limit: { value: limit, stricter: isLeast === negate ? 'lower' : 'higher', rest: same } }
  }
  if (stricter === undefined || typeof value !== 'number') return item
  return { ...item, limit: { value, stricter, rest: canonicalJson(rest) } }
}

function rubricItem({ id, ask, weight, must, ...rest }: RubricItem): ScoredItem {
  const asked = ask.replaceAll(/\s+/g, ' ').trim()
  const meaning = canonicalJson({ asked, rest })
  return {
    kind: 'rubric',
    name: `rubric item ${id}`,
    meaning,
    slot: `rubric ${id}`,
    weight,
    must,
    shown: [
      shortly(asked),
      ...(rest.sees ? [`about ${rest.sees.join(', ')}`] : []),
      ...(rest.claims ? [`claims held against ${rest.claims.in.join(', ')}`] : []),
    ].join(', '),
  }
}

function choiceItem({ name, weight, ...rest }: ChoiceJudge): ScoredItem {
  const meaning = canonicalJson(rest)
  const shown = shortly({ prompt: rest.prompt, choices: rest.choices })
  return { kind: 'rubric', name: `judge ${name}`, meaning, slot: `choice ${name}`, weight, must: false, shown }
}
