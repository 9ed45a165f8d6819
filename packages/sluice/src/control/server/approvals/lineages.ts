import { readAuditDocument } from '../../../records/audit-row.ts'
import type { TokenRecord } from '../../../records/token.ts'
import type { Lineage } from '../../approval/approver.ts'
import { systemChain } from '../../release/audit.ts'
import type { Store } from '../../store/store.ts'

/** Tokens with those who made them. */
export interface Lineages {
  /** Undefined of a token that is not known. */
  of(id: string): Promise<Lineage | undefined>
  tokens: readonly TokenRecord[]
}

type Readable = Pick<Store, 'tokens' | 'audit'>

/** Reads who made which token: their records say it, and the log of tokens of those that were made before they did. */
export async function readLineages(store: Readable): Promise<Lineages> {
  const tokens = await store.tokens()
  const byId = new Map(tokens.map((record) => [record.id, record]))
  let logged: Promise<Map<string, string | null>> | undefined

  async function makerOf({ id, madeBy, person }: TokenRecord): Promise<string | null | undefined> {
    // Nobody makes a person: the identity provider vouches for them.
    if (person) return null
    if (madeBy !== undefined) return madeBy
    logged ??= loggedMakers(store)
    return (await logged).get(id)
  }

  async function makersOf(record: TokenRecord): Promise<TokenRecord[] | null> {
    const makers: TokenRecord[] = []
    const seen = new Set([record.id])
    let next = await makerOf(record)
    while (next !== null) {
      const maker: TokenRecord | undefined = next === undefined ? undefined : byId.get(next)
      if (!maker) return null
      if (seen.has(maker.id)) return makers
      seen.add(maker.id)
      makers.push(maker)
      next = await makerOf(maker)
    }
    return makers
  }

  return {
    tokens,
    async of(id) {
      const record = byId.get(id)
      return record && { record, makers: await makersOf(record) }
    },
  }
}

const rowsAtATime = 1000

/** The token that made each token, as its first row says; null: the server made it. */
async function loggedMakers(store: Pick<Store, 'audit'>): Promise<Map<string, string | null>> {
  const makers = new Map<string, string | null>()
  let after = 0
  for (;;) {
    const rows = await store.audit(systemChain, { after, limit: rowsAtATime })
    for (const { after: record, tokenId } of rows) {
      const { id } = readAuditDocument(record)
      if (id !== undefined && !makers.has(id)) makers.set(id, tokenId)
    }
    const last = rows.at(-1)?.seq
    if (last === undefined) return makers
    after = last
  }
}
