import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { srm } from '../../../stats/index.ts'
import { isJudgedUnevenly, isJudgingSuspect, mismatchLogE } from '../evidence/judged-ratio.ts'
import { freshShare } from '../evidence/randomisation.ts'
import { isEarly, type TokenEvidence } from '../evidence/tokens.ts'

/**
 * More requests in an arm that is not theirs than this, in number and as a share of those of their token, cannot be
 * chance.
 */
const wrongArms = { count: 10, share: 0.01 }

/**
 * Tokens whose arms do not match are left out as long as they send less than this share of all requests; from there on
 * all is frozen.
 */
const frozenFrom = 0.5

/** Log Bayes factor against "the token's arms have the users that their shares say", over all stages. */
export function assignmentMismatch({ assigned }: Pick<TokenEvidence, 'assigned'>, settings: RolloutSettings): number {
  let sum = 0
  for (const [stage, cells] of assigned.entries()) {
    for (const [cell, counts] of cells.entries()) {
      const before = cell > 0 ? ({ stage: cell - 1, arm: 'incumbent' } as const) : undefined
      const share = freshShare(settings.stages, before, stage)
      if (share !== undefined) sum += srm(counts, [1 - share, share])
    }
  }
  return sum
}

/** All requests of a token that name the rollout and somebody in it, also those that cannot count. */
export function requestsOf({ requests, ignored }: TokenEvidence): number {
  return requests.incumbent + requests.canary + impossible(ignored)
}

/** Requests that cannot have been: in an arm where their user is not, of a stage or a version that there is not. */
export function impossible(ignored: TokenEvidence['ignored']): number {
  const { wrongArm = 0, unknownStage = 0, unknownVersion = 0 } = ignored
  return wrongArm + unknownStage + unknownVersion
}

/**
 * The users of a token's arms are not those that chance would give, or it reports what cannot be: its word does not
 * count.
 */
export function isDoubtful(one: TokenEvidence, settings: RolloutSettings, tokens: number): boolean {
  const wrong = impossible(one.ignored)
  const tooMany = wrong >= wrongArms.count && wrong > wrongArms.share * requestsOf(one)
  return tooMany || assignmentMismatch(one, settings) >= mismatchLogE + Math.log(tokens)
}

/** Whose word counts, and whether so much is left out that nothing can be decided for the better. */
export interface Matching {
  /** Indices of tokens whose arms match. */
  trusted: number[]
  /** Those whose arms do not. */
  doubtful: number[]
  /**
   * Those one of whose arms may be judged more often than it should be: their scores do not speak against the canary.
   */
  suspect: number[]
  /** The share of all requests that is left out with the doubtful ones. */
  leftOut: number
  mismatched: boolean
  unevenlyJudged: boolean
}

interface Reported {
  testimony: readonly TokenEvidence[]
  firstAt: number | null
}

export function matchingOf(evidence: Reported, settings: RolloutSettings, now: number): Matching {
  const { testimony: byToken } = evidence
  const indices = [...byToken.keys()]
  const holds = (index: number, test: (one: TokenEvidence) => boolean) => {
    const one = byToken[index]
    return one !== undefined && test(one)
  }
  const doubtful = indices.filter((index) => holds(index, (one) => isDoubtful(one, settings, byToken.length)))
  const uneven = indices.filter((index) => holds(index, ({ judgedLately }) => isJudgedUnevenly(judgedLately)))
  const trusted = indices.filter((index) => !doubtful.includes(index))
  const count = (list: readonly number[]) => list.reduce((sum, i) => sum + (byToken[i] ? requestsOf(byToken[i]) : 0), 0)
  const all = count(indices)
  const share = (some: readonly number[]) => (some.length === 0 ? 0 : count(some) / Math.max(1, all))
  const early = isEarly(evidence, all, now)
  return {
    trusted,
    doubtful,
    suspect: indices.filter((index) => holds(index, ({ judged }) => isJudgingSuspect(judged))),
    leftOut: share(doubtful),
    mismatched: !early && doubtful.length > 0 && (trusted.length === 0 || share(doubtful) >= frozenFrom),
    unevenlyJudged: !early && uneven.length > 0 && share(uneven) >= frozenFrom,
  }
}
