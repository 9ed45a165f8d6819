import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import type { MissingScoreCause } from '../../records/report/feature-report.ts'
import { formatAmount } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import type { ResultRow } from '../run/results.ts'
import type { CaseScores } from '../run/score-table.ts'

const idsShown = 3
const messageLength = 400
/** More different errors than a reader could use are counted together. */
const mostCauses = 100

interface Found extends MissingScoreCause {
  /** The position of the last case that was counted: repeats of a case count once. */
  last: number
  /** The whole error of the first case. */
  whole: string
}

/**
 * Why answers have no score: errors that differ only in what belongs to their case are one cause. `rows` come in the
 * order of the suite.
 */
export function causesOf(rows: Iterable<ResultRow>, cases: readonly CaseScores[]): MissingScoreCause[] {
  const found = new Map<string, Found>()
  for (const { position, role, detail } of rows) {
    if (detail.score !== undefined) continue
    const id = cases[position]?.id ?? ''
    const whole = detail.error ?? wordsFor(detail)
    const message = found.size < mostCauses || found.has(keyOf(whole, id, role)) ? causeIn(whole, id) : 'other errors'
    const key = `${role} ${message}`
    const cause = found.get(key) ?? newCause(message, role, detail, whole)
    found.set(key, cause)
    if (cause.last === position) continue
    cause.last = position
    cause.cases += 1
    if (cause.ids.length < idsShown) cause.ids.push(id)
  }
  return [...found.values()]
    .sort((a, b) => b.cases - a.cases)
    .map(({ last, whole, ...cause }) => ({ ...cause, message: cause.cases === 1 ? oneLine(whole) : cause.message }))
}

function newCause(message: string, version: VersionRole, { stale }: CaseDetail, whole: string): Found {
  return { message, version, cases: 0, ids: [], ...(stale && { stale }), last: -1, whole }
}

const keyOf = (whole: string, id: string, role: VersionRole) => `${role} ${causeIn(whole, id)}`

function wordsFor({ state, judge }: CaseDetail): string {
  if (state !== 'abstained') return state
  const hasNoClaim = judge.some(({ claims }) => claims?.list.length === 0)
  return hasNoClaim ? 'the output makes no claim, so there is nothing to judge' : 'the judge could not tell'
}

/**
 * The first line of an error, without the case's id, places in files, numbers of repeats, hashes and ids of requests.
 */
function causeIn(whole: string, id: string): string {
  const [first = ''] = whole.split('\n')
  return first
    .replaceAll(`"${id}"`, '"…"')
    .replace(/(?<=\.\w+):\d+(:\d+)?(?=:)/g, ':…')
    .replace(/\brepeat \d+/g, 'repeat …')
    .replace(/\b(?:req|chatcmpl|msg|resp)_\w+/g, '…')
    .replace(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b[\da-f]{16,}\b/gi, '…')
}

/** The first line of an error of any case, also without the sums of money that change from call to call. */
export function sharedCause(message: string): string {
  const [first = ''] = message.split('\n')
  return first
    .replace(/ on case "[^"]*"/, '')
    .replace(
      /(?<=is used up): \$[\d.]+ spent, and the next call to (\S+) may cost \$\d+\.\d+/,
      ' by the next call to $1',
    )
}

const oneLine = (text: string) => text.replace(/\s+/g, (space) => (space.includes('\n') ? ' ' : space))

/** `32 cases (charged-twice, refund-overdue, where-is-it, …): the reason`. */
export function causeSentence({ message, version, cases, ids }: MissingScoreCause): string {
  const whose = version === 'baseline' ? ' of the baseline' : ''
  const more = cases > ids.length ? ', …' : ''
  const first = ids.map((id) => excerpt(id, 100)).join(', ')
  return `${formatAmount(cases, 'case')}${whose} (${first}${more}): ${excerpt(message, messageLength)}`
}
