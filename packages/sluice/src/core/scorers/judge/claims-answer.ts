import { z } from 'zod'
import type { JudgedItem } from '../../../records/report/case-detail.ts'
import {
  claimsThatAre,
  claimVerdictSchema,
  type JudgedClaim,
  type JudgedClaims,
} from '../../../records/report/judged-claims.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import { formatAmount } from '../../../text/format.ts'
import type { Completion } from '../../providers/provider.ts'
import { quoted } from '../checks/quoted.ts'
import { type SourceText, sourceTexts } from './claim-sources.ts'
import { mostClaims, noSource } from './claims-prompt.ts'
import { readJudgeAnswer, shownText } from './judge-answer.ts'
import { JudgeError } from './judge-error.ts'
import type { Material } from './material.ts'
import { comparable, quoteFinder } from './quote-finder.ts'

const answeredClaimSchema = z.object({
  claim: z.string(),
  source: z.string(),
  quote: z.string(),
  reasoning: z.string(),
  verdict: claimVerdictSchema,
})
type AnsweredClaim = z.infer<typeof answeredClaimSchema>

const claimsAnswer = z.object({ claims: z.array(answeredClaimSchema), more: z.boolean(), noClaims: z.boolean() })

/**
 * The claims of an output as the judge lists them. What it quotes of a source counts only where it stands there; a
 * claim that is not in the output is dropped. A list that is known to be incomplete is never a yes, and an output
 * without claims is neither yes nor no.
 * @throws JudgeError unless the answer holds the JSON that was asked for once, with claims of the output or `noClaims`
 */
export function readClaimsAnswer(completion: Completion, item: RubricItem, material: Material): JudgedItem {
  const sources = sourceTexts(item, material)
  const answer = readJudgeAnswer(completion, claimsAnswer, {
    keys: ['claims', 'claim', 'source', 'quote', 'verdict'],
    material: shownText(material),
  })
  const { noClaims, more } = answer
  if (noClaims && answer.claims.length > 0) throw new JudgeError('the answer lists claims and says that there are none')
  if (!noClaims && answer.claims.length === 0)
    throw new JudgeError('the answer lists no claim, and does not say that the output makes none')
  const occurs = quoteFinder(material.output)
  const [made, dropped] = [true, false].map((isMade) => answer.claims.filter(({ claim }) => occurs(claim) === isMade))
  if (!noClaims && made?.length === 0) throw new JudgeError('no claim that the answer lists occurs in the output')
  const distinct = withoutRepeats((made ?? []).map((answered) => heldAgainst(answered, sources, item)))
  const claims: JudgedClaims = {
    list: distinct.slice(0, mostClaims),
    dropped: dropped?.length ?? 0,
    cut: more || distinct.length > mostClaims,
  }
  const isIncomplete = claims.cut || (dropped ?? []).some(({ verdict }) => verdict !== 'supported')
  return judgedItem(item, claims, isIncomplete)
}

/** The claim with what the sources say of it: nothing, unless the quote stands in the source that it names. */
function heldAgainst(answered: AnsweredClaim, sources: readonly SourceText[], { claims }: RubricItem): JudgedClaim {
  const { claim, source, quote, reasoning, verdict } = answered
  const unsupported = { claim, verdict: 'unsupported' as const, source: null, document: null, quote: '', reasoning }
  if (source !== noSource && !claims?.in.some((name) => name === source))
    throw new JudgeError(`the answer names the source ${quoted(source)}, which is none`)
  if (verdict === 'unsupported') return unsupported
  const found = sources.find((one) => one.source === source && holdsQuote(one.text, quote))
  if (!found) return { ...unsupported, quote, said: verdict }
  return { claim, verdict, source, document: found.document?.id ?? null, quote, reasoning }
}

/** A quote without a letter or digit stands anywhere, and decides nothing. */
function holdsQuote(text: string, quote: string): boolean {
  return /[\p{L}\p{N}]/u.test(comparable(quote)) && quoteFinder(text)(quote)
}

/**
 * A claim that is said again and fares the same counts once, so that nobody outweighs a fault by saying a truth twice.
 */
function withoutRepeats(claims: readonly JudgedClaim[]): JudgedClaim[] {
  const keyOf = ({ claim, verdict, quote }: JudgedClaim) =>
    JSON.stringify([comparable(claim), verdict, comparable(quote)])
  return [...new Map(claims.toReversed().map((one) => [keyOf(one), one])).values()].toReversed()
}

function judgedItem({ id, must, weight }: RubricItem, claims: JudgedClaims, isIncomplete: boolean): JudgedItem {
  const { list } = claims
  const supported = claimsThatAre('supported', claims)
  const faults = list.filter(({ verdict }) => verdict !== 'supported')
  const isDecided = list.length > 0 && (faults.length > 0 || !isIncomplete)
  const worst = faults.find(({ verdict }) => verdict === 'contradicted') ?? faults[0] ?? list[0]
  return {
    id,
    verdict: !isDecided ? 'cannot_tell' : faults.length > 0 ? 'no' : 'yes',
    ...(isDecided && { score: supported / list.length }),
    evidence: worst?.claim ?? '',
    reasoning: summaryOf(claims, isIncomplete),
    evidenceFound: true,
    must,
    weight,
    claims,
  }
}

function summaryOf(claims: JudgedClaims, isIncomplete: boolean): string {
  const { list, dropped, cut } = claims
  if (list.length === 0) return 'The output makes no claim.'
  const counts = (['supported', 'unsupported', 'contradicted'] as const).map(
    (verdict) => `${claimsThatAre(verdict, claims)} ${verdict}`,
  )
  const invented = list.filter(({ said }) => said !== undefined).length
  return [
    `${formatAmount(list.length, 'claim')}: ${counts.join(', ')}.`,
    ...(invented > 0 ? [`${formatAmount(invented, 'quote')} of the judge not in the source, so unsupported.`] : []),
    ...(dropped > 0 ? [`${formatAmount(dropped, 'claim')} of the judge not in the output, and dropped.`] : []),
    ...(cut ? [`Only the first ${list.length} claims are listed.`] : []),
    ...(isIncomplete ? ['An incomplete list is never a yes.'] : []),
  ].join(' ')
}
