import type { Case } from '../../core/suite/cases/case.ts'
import { textOf } from '../../core/suite/values/written.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount } from '../../text/format.ts'
import { findingAt, inputText, named, type ReviewedSuite } from './reviewed-suite.ts'
import { groupsOf, plainWords } from './similar-texts.ts'

/** A value with this many words is a document; shorter ones, such as a language, are shared by chance. */
const documentWords = 20
/** A template has at least this many words beside its numbers and names. */
const templateWords = 6

/** Cases of which none names a cluster, although their variables show that they come from one source. */
export interface UndeclaredCluster {
  cases: Case[]
  /** What they share, for readers. */
  shared: string
  /** Whether they are most of the suite, so that one cluster would leave nothing to compare. */
  isMost: boolean
}

/** Cases that share a document or a template, and are not declared to be of one cluster. */
export function undeclaredClusters(cases: readonly Case[]): UndeclaredCluster[] {
  const documents = sharedDocuments(cases)
  const templates = sharedTemplates(cases)
  const pairs = [...documents, ...templates].flatMap(({ positions: [first = 0, ...others] }) =>
    others.map((other) => [first, other] as const),
  )
  return groupsOf(cases.length, pairs).flatMap((group) => {
    const members = group.flatMap((position) => cases[position] ?? [])
    const clusters = new Set(members.map(({ cluster }) => cluster))
    if (clusters.size === 1 && !clusters.has(undefined)) return []
    const why = [...documents, ...templates].find(({ positions }) => positions.some((at) => group.includes(at)))
    return [{ cases: members, shared: why?.shared ?? '', isMost: members.length > cases.length / 2 }]
  })
}

interface Shared {
  positions: number[]
  shared: string
}

function sharedDocuments(cases: readonly Case[]): Shared[] {
  const holders = new Map<string, Set<number>>()
  const names = new Map<string, string>()
  for (const [position, { vars }] of cases.entries()) {
    for (const [name, value] of Object.entries(vars)) {
      const words = plainWords(textOf(value))
      if (words.length < documentWords) continue
      const key = words.join(' ')
      holders.set(key, (holders.get(key) ?? new Set()).add(position))
      names.set(key, name)
    }
  }
  return [...holders].flatMap(([key, positions]) =>
    positions.size < 2 ? [] : [{ positions: [...positions], shared: `the same text in {{${names.get(key)}}}` }],
  )
}

function sharedTemplates(cases: readonly Case[]): Shared[] {
  const groups = Map.groupBy(cases.keys(), (position) => templateOf(inputText(cases[position] as Case)))
  return [...groups].flatMap(([template, positions]) => {
    if (template === '' || positions.length < 2) return []
    return [
      { positions, shared: `one template ("${template.length > 60 ? `${template.slice(0, 57)}...` : template}")` },
    ]
  })
}

/**
 * The words of a text in which everything that looks like a number, a date, an address or a name is `_`: a word with a
 * digit or an @, and a capitalised word that begins no sentence. Empty where too little remains to be a template.
 */
export function templateOf(text: string): string {
  const tokens = text.normalize('NFKC').match(/[^\s]+/gu) ?? []
  let beginsSentence = true
  const words = tokens.map((token) => {
    const isName = !beginsSentence && /^[^\p{L}]*\p{Lu}/u.test(token) && token.length > 1
    beginsSentence = /[.!?:]["')\]]*$/.test(token)
    return /[\p{N}@]/u.test(token) || isName ? '_' : plainWords(token).join(' ')
  })
  const kept = words.filter((word) => word !== '')
  return kept.filter((word) => word !== '_').length < templateWords || !kept.includes('_') ? '' : kept.join(' ')
}

/** Says where intervals are too narrow because cases count as independent that are not. */
export function reviewClusters(suites: readonly ReviewedSuite[]): ReviewArea {
  const says = `Cases whose variables hold the same text of ${documentWords} words or more, or the same words but for numbers and names; clusters that are declared are left alone.`
  return { area: 'clusters', state: 'looked', says, findings: suites.flatMap(clusterFindings) }
}

function clusterFindings(suite: ReviewedSuite): ReviewFinding[] {
  return undeclaredClusters(suite.cases).map(({ cases, shared, isMost }) => {
    const declared = cases.flatMap(({ cluster }) => cluster ?? [])
    const count = formatAmount(cases.length, 'case')
    const message = isMost
      ? `${count} of ${suite.cases.length} share ${shared}: every interval speaks of this one source`
      : `${count} share ${shared} and count as independent (${named(cases.map(({ id }) => id))}): intervals are too narrow by up to a factor of ${Math.sqrt(cases.length).toFixed(1)} where these cases weigh most`
    const action = isMost
      ? 'add cases from other sources'
      : declared.length > 0
        ? `give all of them the cluster ${declared[0]}`
        : 'give all of them one cluster'
    const fixable = !isMost && declared.length === 0
    return findingAt(suite, cases[0], {
      code: 'undeclared-cluster',
      message,
      action,
      cases: cases.map(({ id }) => id),
      fixable,
    })
  })
}
