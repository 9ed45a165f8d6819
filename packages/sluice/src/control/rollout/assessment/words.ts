import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { formatAmount, formatCount, formatDuration, formatPercent } from '../../../text/format.ts'
import { type Assessment, type Decision, hasData, type SignalEvidence } from './assessment.ts'
import type { Findings } from './decision.ts'
import { onlySourceText } from './place-share.ts'
import { signalNames } from './signal-names.ts'
import { disputeText, tokensText } from './token-share.ts'
import { unprovenSignals } from './unproven-signals.ts'
import { strengthBy, unwatchedParts } from './unwatched-signals.ts'
import { sizeText, worseSignals, worseSoFar } from './worse-so-far.ts'

type Facts = Omit<Assessment, 'words'>

const timeAlone = 'The stage was watched for its soak time, and not enough speaks against the canary'
const nothingCompared = 'The stage was watched for its soak time. Since no signal has a weight nothing is compared'

interface Told {
  settings: Pick<RolloutSettings, 'advance' | 'signals'>
  outage: string | undefined
}

/** The decision and what it rests on, in one or two plain sentences. */
export function wordsFor(facts: Facts, findings: Findings, { settings, outage }: Told): string {
  const prefix = outage === undefined || facts.decision.do === 'rollBack' ? '' : `${outage} `
  const watched = settings.signals.score > 0
  const unwatched = facts.decision.do === 'rollBack' ? '' : unwatchedSentence(settings)
  const silent = findings.silent && hasData(facts) && facts.decision.do === 'continue' ? silentText(facts) : ''
  return `${prefix}${conclusion(facts, findings, settings)}${silent}${unwatched} Seen: ${counts(facts, watched)}.`
}

/** ` Quality and errors are not watched.` */
function unwatchedSentence({ signals }: Told['settings']): string {
  const parts = unwatchedParts(signals)
  return parts ? ` ${capital(parts.text)} ${parts.verb} not watched.` : ''
}

function conclusion(facts: Facts, findings: Findings, settings: Told['settings']): string {
  const { decision } = facts
  const byTime = facts.signals.some(({ weight }) => weight > 0) ? timeAlone : nothingCompared
  switch (decision.do) {
    case 'rollBack':
      return decision.why === 'evidence'
        ? rollingBack(facts)
        : decision.why === 'mismatch'
          ? mismatchEnds(facts)
          : undecided
    case 'promote':
      if (decision.strength === 'time') return `${byTime}: it is promoted by time alone.`
      if (decision.strength === 'weak') return weakly(findings)
      return 'The canary is not worse than the incumbent by more than the margins: it is promoted.'
    case 'advance':
      if (strengthBy(settings) === 'time') return `${byTime}: it goes on to the next one.`
      return 'The stage was watched for its soak time, and nothing points to harm: it goes on to the next one.'
    case 'hold':
      return holding(facts, findings, decision)
    case 'continue':
      if (facts.accuser && facts.accuser.kind !== 'token')
        return `All that speaks against the canary comes from ${onlySourceText(facts.accuser)}, and the others do not confirm it.`
      if (findings.disputed) return `${dispute(facts)} It is not rolled back by that alone.`
      if (facts.anytimeP < 0.2) return suspicion(facts)
      return facts.anytimeP < 0.8 ? beginnings(facts) : noEvidence(facts)
  }
}

function rollingBack(facts: Facts): string {
  const bound = formatPercent(facts.alpha, 2)
  return `The canary is worse by ${strongest(facts.signals)}: it is rolled back. A canary that is no worse is rolled back in ${bound} of all cases at most.`
}

function mismatchEnds(facts: Facts): string {
  return `The arms have not matched for so long that the canary cannot be judged: everybody gets the incumbent.${leftOutTokens(facts)}`
}

function leftOutTokens({ tokens }: Facts): string {
  const found = tokens.filter(({ leftOut }) => leftOut)
  return found.length === 0 ? '' : ` Left out: ${tokensText(found)}.`
}

function dispute({ tokens }: Facts): string {
  if (tokens.length < 2) return loneDispute
  const text = disputeText(tokens)
  return `${capital(text)}.`
}

const loneDispute =
  'There is enough evidence to roll the canary back. But it comes from the very first requests, or from one process or address: the others do not confirm it.'

function suspicion(facts: Facts): string {
  return `There is some evidence against the canary, most of it in ${strongest(facts.signals)}, but not enough to roll it back.`
}

function noEvidence({ signals, figures }: Facts): string {
  const deciding = signals.filter(({ weight }) => weight > 0)
  if (deciding.length === 0) return 'Nothing is compared, since no signal has a weight.'
  const unknown = unprovenSignals({ signals, figures }).flatMap(({ signal, why }) => (why === 'unknown' ? signal : []))
  if (unknown.length === deciding.length) return 'Nothing is known of the canary yet.'
  const worse = worseSoFar(signals)
  if (worse === null)
    return `Nothing speaks against the canary so far.${unknown.length === 0 ? '' : ` Not known yet: ${listed(unknown)}.`}`
  return `${capital(worse)}. That may be chance.`
}

function beginnings(facts: Facts): string {
  return `Nothing speaks clearly against the canary so far. The strongest sign is ${strongest(facts.signals)}.`
}

function holding(facts: Facts, findings: Findings, { why, refused }: Extract<Decision, { do: 'hold' }>): string {
  const { mismatch } = facts
  const { mismatched, unevenlyJudged, lacking, unproven, weak } = findings
  if (why === 'insufficientData') {
    const silent = unwatchedText(facts, findings)
    const missing = [...silent, ...(lacking.length > 0 ? lacking : weak.lacking)]
    return missing.length === 0 ? 'Too little data to decide.' : `Too little data to decide: ${missing.join(', ')}.`
  }
  if (why === 'inconclusive' && findings.disputed)
    return `${dispute(facts)} A person must decide: roll back${facts.tokens.length < 2 ? ', or go on' : ', or exclude the token whose reports are wrong (sluice outcomes exclude)'}.`
  if (why === 'inconclusive') {
    const open = unproven.length > 0 ? `${listed(unproven)} could still be worse than the margin` : unsoaked
    return `Time is up and ${open}${notWeakly(refused ?? weak.barred)}: a person must decide.`
  }
  if (unevenlyJudged && !mismatched)
    return 'One arm is judged more often than the sampling says: its scores prove nothing.'
  const wrong = mismatch.wrongArms > 0 ? ` ${mismatch.wrongArms} requests named an arm that they cannot have had.` : ''
  return `The numbers of users do not match the shares of the arms: the canary does not advance before that is explained.${wrong}${leftOutTokens(facts)}`
}

/** That outcomes stay away, or what it is held for since they did. */
function unwatchedText({ soak }: Facts, { unwatched, overdue, lacking, judgeFails }: Findings): string[] {
  if (unwatched) return [`no outcomes of both arms ${sinceText(soak.heardAt)}`]
  if (!overdue || judgeFails || lacking.length > 0) return []
  return [`the stage was watched for only ${formatDuration(soak.soakedMs)}, and outcomes arrive again`]
}

const unsoaked = 'the stage was not watched for its soak time'

const undecided =
  'Time is up, and nothing is proven for the canary or against it: everybody gets the incumbent, as the settings want it (onUndecided: rollBack).'

function weakly({ unproven }: Findings): string {
  return `Time is up, and it is not proven that ${listed(unproven)} is within the margin. No signal seems worse by more than two thirds of its margin, and little speaks against the canary: it is promoted weakly.`
}

function notWeakly(why: readonly string[]): string {
  return why.length === 0 ? '' : `, and it is not promoted weakly (${why.join('; ')})`
}

/** What was concluded before they stayed away is no news of the canary. */
function silentText({ soak }: Facts): string {
  return ` No outcomes of both arms ${sinceText(soak.heardAt)}: the canary is not watched.`
}

function sinceText(heardAt: number | null): string {
  if (heardAt === null) return 'of this stage yet'
  return `since ${new Date(heardAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function strongest(signals: readonly SignalEvidence[]): string {
  const part = ({ weight, logE }: SignalEvidence) => (weight > 0 ? Math.log(weight) + (logE ?? 0) : -Infinity)
  const found = signals.reduce((most, signal) => (part(signal) > part(most) ? signal : most))
  // Evidence of an earlier stage may speak against a signal that looks no worse in the present one.
  const by = worseSignals([found]).length === 0 ? '' : ` (${signed(found)})`
  return `${signalNames[found.signal] ?? found.signal}${by}`
}

function signed(one: SignalEvidence): string {
  return `${(one.difference ?? 0) < 0 ? 'down' : 'up'} ${sizeText(one)}`
}

function counts({ canary, incumbent }: Facts, watched: boolean): string {
  const judged = (count: number) => (watched || count > 0 ? ` (${formatCount(count)} judged)` : '')
  const own = `${formatAmount(canary.requests, 'request')} of ${formatAmount(canary.users, 'user')}`
  const others = `${formatCount(incumbent.requests)} of ${formatCount(incumbent.users)}`
  return `${own} by the canary${judged(canary.judged)}, ${others} by the incumbent${judged(incumbent.judged)}`
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const listed = (signals: readonly string[]) => signals.map((signal) => signalNames[signal] ?? signal).join(', ')
