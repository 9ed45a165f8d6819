import type { TokenShare } from '../../records/rollout/assessment.ts'

interface ReportingToken {
  tokenId: TokenShare['tokenId']
  name?: string | undefined
  wider?: true | undefined
}

const noToken = 'no known token'
const widerToken = 'a token of wider reach'

/** What a token that reports is called: by its name, else by its id. */
export function reporterName({ tokenId, name, wider }: ReportingToken): string {
  return wider ? widerToken : (name ?? tokenId ?? noToken)
}

/** The same by its id, which commands ask for, and its name: `t-3f2a91bc04d7 "web-app"`. */
export function reporterText({ tokenId, name, wider }: ReportingToken): string {
  if (wider) return widerToken
  return [tokenId ?? noToken, ...(name === undefined ? [] : [`"${name}"`])].join(' ')
}
