import type { ApprovalRule } from '../../core/suite/config/approval-settings.ts'
import { isSeedToken, isTokenId, type TokenRecord } from '../../records/token.ts'

/** A token, and the tokens by which it was made: its maker first, then the maker's maker, and so on. */
export interface Lineage {
  record: TokenRecord
  /** Null: it is not known who made it, or one of those who did. */
  makers: readonly TokenRecord[] | null
}

/** Whose release it is that is to be approved. */
export interface Authors {
  /** Null: that token is not known any more. */
  proposer: Lineage | null
  /** Who published the version, and settings and reports that came later; without machines and whoever is not known. */
  publishers: readonly Lineage[]
  /** How the publisher's token was called, where no more is known; null: more is known. */
  publisherName: string | null
}

/** Pipelines and applications have these tokens, which are never asked to approve. */
const machines = ['client', 'ci'] as const

export const isMachine = ({ scopes }: Pick<TokenRecord, 'scopes'>) => machines.some((scope) => scopes.includes(scope))

/**
 * How a rule names a token. `ambiguous`: by a name that others have or had too. `chosen`: by a name of the identity
 * provider, where people choose their names.
 */
type Standing = 'id' | 'name' | 'ambiguous' | 'chosen' | 'role' | 'none'

/**
 * A name stands for the only valid token that has it, and one that is written like an id for none: otherwise whoever
 * makes a token could call it by an id in the list. One that another maker's token had before stands for none:
 * otherwise an admin whom the list leaves out could revoke a token in it, and make one of its name.
 * @param tokens all that there are or were
 */
export function standingOf(
  { approvers }: Pick<ApprovalRule, 'approvers'>,
  record: TokenRecord,
  { tokens, isValid }: { tokens: readonly TokenRecord[]; isValid: (token: TokenRecord) => boolean },
): Standing {
  const { id, name, scopes } = record
  if (!Array.isArray(approvers)) return scopes.includes('admin') || scopes.includes(approvers.role) ? 'role' : 'none'
  if (approvers.includes(id)) return 'id'
  if (!approvers.includes(name) || isTokenId(name)) return 'none'
  if (record.person) return 'chosen'
  const others = tokens.filter((one) => one.id !== id && one.name === name && !one.person)
  return others.some((one) => isValid(one) || !haveOneMaker(one, record)) ? 'ambiguous' : 'name'
}

/** The tokens of `SLUICE_ADMIN_TOKEN` follow one another: all are the server's. */
function haveOneMaker(one: TokenRecord, other: TokenRecord): boolean {
  const [a, b] = [one, other].map(({ madeBy }) => (madeBy && isSeedToken({ id: madeBy }) ? 'the server' : madeBy))
  return a !== undefined && a === b
}

/**
 * Why a person may not approve; null where they may. Two people must be behind a release, and whoever makes a token
 * knows it: so a token and its maker count as one, and so do two that one token has made. Of the tokens that the server
 * makes of `SLUICE_ADMIN_TOKEN` this would refuse everybody, and a list of ids vouches for those in it.
 */
export function whyNotApprove(
  candidate: Lineage & { standing: Standing },
  { proposer, publishers, publisherName }: Authors,
  approvers: readonly Lineage[],
): string | null {
  const { record, standing, makers } = candidate
  if (isMachine(record)) return 'its scopes client and ci are for machines, which never approve'
  if (standing === 'none') return 'the rule asks for others'
  if (standing === 'ambiguous')
    return `several tokens are called "${record.name}", or were: list the id of the right one`
  if (standing === 'chosen') return `people choose names like "${record.name}" themselves: list the id, ${record.id}`
  if (!makers) return 'the log of tokens does not say who made it'
  if (!proposer?.makers) return 'it is not known whose token proposed this'
  const isVouched = standing === 'id'
  const own = samePerson(proposer, candidate, isVouched)
  if (own !== null) return `whoever proposes a release does not approve it: ${own}`
  if (record.name === publisherName) return publishedBy(`it was published by "${record.name}"`)
  for (const publisher of publishers) {
    const published = publishedByOther(publisher, candidate)
    if (published !== null) return publishedBy(published)
  }
  for (const before of approvers) {
    const twice = samePerson(before, candidate, isVouched)
    if (twice !== null) return `another person must approve too: ${twice}`
  }
  return null
}

function publishedBy(why: string): string {
  return `whoever published the version, its settings or its report does not approve its release: ${why}`
}

/**
 * Why two tokens may be one person's; null where nothing says so. `isVouched`: that one maker has made both does not.
 */
function samePerson(one: Lineage, other: Lineage, isVouched: boolean): string | null {
  const direct = madeByOther(one, other)
  if (direct !== null || isVouched) return direct
  const shared = one.makers?.find((maker) => !isSeedToken(maker) && other.makers?.some(({ id }) => id === maker.id))
  return shared ? `"${one.record.name}" and "${other.record.name}" were both made by "${shared.name}"` : null
}

/** The token of `SLUICE_ADMIN_TOKEN` makes those of everybody, and often publishes the first versions. */
function publishedByOther(publisher: Lineage, other: Lineage): string | null {
  const isOwn = publisher.record.id === other.record.id
  return isSeedToken(publisher.record) && !isOwn ? null : madeByOther(publisher, other)
}

function madeByOther(one: Lineage, other: Lineage): string | null {
  if (one.record.id === other.record.id) return `both by "${one.record.name}"`
  if (other.makers?.some(({ id }) => id === one.record.id)) return `"${one.record.name}" made "${other.record.name}"`
  if (one.makers?.some(({ id }) => id === other.record.id)) return `"${other.record.name}" made "${one.record.name}"`
  return null
}
