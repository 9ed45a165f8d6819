import { createHash } from 'node:crypto'
import type { Case, Quarantine } from '../../core/suite/cases/case.ts'
import { holds } from '../../core/suite/cases/quarantine.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { CaseState, VersionRole } from '../../records/report/case-detail.ts'
import type { Measurement } from '../../records/report/measured.ts'
import { utcDay } from '../../text/format.ts'
import type { Violation } from './violation.ts'

/** What memory holds of one case: numbers, and no text but its id and tags. */
export interface CaseScores {
  id: string
  weight: number
  /** Cases of one cluster are not independent; a case without one stands alone. */
  cluster: string | undefined
  /** Two cases with the same variables have the same text here; absent where only scores are known. */
  input?: string
  tags: readonly string[]
  critical: boolean
  /** Present and true for a case that pull requests do not judge. */
  holdout?: boolean
  /** Present while the case is no part of the verdict, and where that has ended. */
  quarantine?: Quarantine & { ended: boolean }
  /** Scores by repeat, up to the last that was tried; undefined where a repeat has no score. */
  candidate: readonly (number | undefined)[]
  baseline: readonly (number | undefined)[]
  /** The candidate's state so far: the best that any repeat reached. */
  state: CaseState
  /** The baseline's state so far, likewise. */
  baselineState: CaseState
  /** Answers of the candidate that break what the case itself asks for; absent where only scores are known. */
  violated?: number
  /** Answers of the candidate that have no result which would say so. */
  untold?: number
  /** Of what is asked and how it is scored; absent where only scores are known. */
  hash?: string
  /** Names of the checks that measure this case, whether or not they could; absent where none does. */
  measuredBy?: readonly string[]
  /** What those checks found in each repeat up to the last that was tried; undefined where nothing was measured. */
  measured?: Readonly<Record<VersionRole, readonly (readonly NamedMeasured[] | undefined)[]>>
}

/** What one check found in one answer. */
export interface NamedMeasured {
  check: string
  measured: Measurement
}

/** All scores of one feature's run, by the position of the case in its suite. */
export interface ScoreTable {
  readonly cases: CaseScores[]
  /** Makes room for a case; a position is added once and kept. */
  add(
    position: number,
    testCase: Pick<Case, 'id' | 'weight' | 'cluster' | 'tags' | 'critical' | 'holdout' | 'quarantine'> &
      Partial<Pick<Case, 'vars'>> & { measuredBy?: readonly string[]; hash?: string },
  ): void
  /** Repeats (1-based) may come in any order; the table is the same whatever the timing. */
  record(
    position: number,
    role: VersionRole,
    repeat: number,
    state: CaseState,
    score: number | undefined,
    found?: { violation?: Violation; measured?: readonly NamedMeasured[] },
  ): void
}

/** From best to worst: a case is shown in the best state that one of its repeats reached. */
const precedence: CaseState[] = [
  'scored',
  'checkFailed',
  'abstained',
  'judgeError',
  'checkError',
  'truncated',
  'refused',
  'noText',
  'mockMissing',
  'simulatorError',
  'modelError',
  'budgetStopped',
]

/** One empty array is shared by all rows: without a baseline half of their arrays stay empty. */
const nothingYet: readonly number[] = []

export function createScoreTable(): ScoreTable {
  const today = utcDay(Date.now())
  const cases: CaseScores[] = []
  const tagLists = new Map<string, readonly string[]>()
  const shareTags = (tags: readonly string[]) => {
    const key = tags.join('\0')
    const known = tagLists.get(key)
    if (known) return known
    tagLists.set(key, tags)
    return tags
  }
  return {
    cases,
    add(position, { id, weight, cluster, vars, tags, critical, quarantine, holdout = false, measuredBy = [], hash }) {
      cases[position] ??= {
        id,
        weight,
        cluster,
        ...(vars && { input: inputOf(vars) }),
        tags: shareTags(tags),
        critical,
        ...(holdout && { holdout }),
        ...(quarantine && { quarantine: { ...quarantine, ended: !holds(quarantine, today) } }),
        ...(hash !== undefined && { hash }),
        ...(measuredBy.length > 0 && { measuredBy: shareTags(measuredBy) }),
        candidate: nothingYet,
        baseline: nothingYet,
        state: 'budgetStopped',
        baselineState: 'budgetStopped',
      }
    },
    record(position, role, repeat, state, score, { violation, measured = [] } = {}) {
      const row = cases[position]
      if (!row) throw new RangeError(`no case at position ${position}`)
      if (role === 'candidate' && violation === 'violated') row.violated = (row.violated ?? 0) + 1
      if (role === 'candidate' && violation === 'untold') row.untold = (row.untold ?? 0) + 1
      const stateKey = role === 'candidate' ? 'state' : 'baselineState'
      row[stateKey] = row[role].length === 0 ? state : better(row[stateKey], state)
      // A new array of the exact length: growing one in place reserves room for many more repeats than there will be.
      row[role] = Array.from({ length: Math.max(row[role].length, repeat) }, (_, index) =>
        index === repeat - 1 ? score : row[role][index],
      )
      if (measured.length > 0 || row.measuredBy) {
        const { candidate, baseline } = row.measured ?? { candidate: [], baseline: [] }
        const known = role === 'candidate' ? candidate : baseline
        const all = Array.from({ length: Math.max(known.length, repeat) }, (_, index) =>
          index === repeat - 1 ? (measured.length > 0 ? measured : undefined) : known[index],
        )
        row.measured = { candidate, baseline, [role]: all }
      }
    },
  }
}

/** Short, since memory holds one of each case. */
function inputOf(vars: Case['vars']): string {
  return createHash('sha256').update(canonicalJson(vars)).digest('base64').slice(0, 16)
}

/** Whether a case is no part of the verdict. */
export function isQuarantined({ quarantine }: Pick<CaseScores, 'quarantine'>): boolean {
  return quarantine !== undefined && !quarantine.ended
}

/** The cases that the verdict rests on; the same array where none is in quarantine. */
export function countedCases(cases: readonly CaseScores[]): readonly CaseScores[] {
  return cases.some(isQuarantined) ? cases.filter((row) => !isQuarantined(row)) : cases
}

/** The scores of the repeats that have one, in order of repeat; the same array where all have. */
export function scoredRepeats(scores: readonly (number | undefined)[]): readonly number[] {
  return isComplete(scores) ? scores : scores.filter((score) => score !== undefined)
}

function isComplete(scores: readonly (number | undefined)[]): scores is readonly number[] {
  return !scores.includes(undefined)
}

function better(a: CaseState, b: CaseState): CaseState {
  return precedence.indexOf(a) <= precedence.indexOf(b) ? a : b
}
