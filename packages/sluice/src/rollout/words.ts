import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { Assessment, SignalEvidence } from './assessment.ts'
import type { Findings } from './decide.ts'
import { accuserText } from './place-share.ts'
import { disputeText, tokensText } from './token-share.ts'

type Facts = Omit<Assessment, 'words'>

const names: Record<string, string> = {
  score: 'the judged score',
  errors: 'the rate of errors',
  slow: 'the rate of slow requests',
  safety: 'the rate of refusals and invalid answers',
  feedback: 'what users say',
}

const timeAlone = 'The stage was watched for its soak time, and not enough speaks against the canary'

/** The decision and what it rests on, in one or two plain sentences. */
export function wordsFor(
  facts: Facts,
  findings: Findings,
  { settings, outage }: { settings: Pick<RolloutSettings, 'advance'>; outage: string | undefined },
): string {
  const said = outage === undefined || facts.decision.do === 'rollBack' ? '' : `${outage} `
  return `${said}${conclusion(facts, findings, settings.advance === 'soak')} Seen: ${counts(facts)}.`
}

function conclusion(facts: Facts, findings: Findings, byTime: boolean): string {
  const { decision } = facts
  switch (decision.do) {
    case 'rollBack':
      return findings.worse ? accusation(facts) : givingUp(facts)
    case 'promote':
      if (byTime) return `${timeAlone}: promote it.`
      return 'The canary is not worse than the incumbent by more than the margins: promote it.'
    case 'advance':
      if (byTime) return `${timeAlone}: go on to the next one.`
      return 'The canary is not worse than the incumbent by more than the margins of this stage: go on to the next one.'
    case 'hold':
      return holding(facts, findings, decision.why)
    case 'continue':
      if (facts.accuser && facts.accuser.kind !== 'token')
        return `All that speaks against the canary comes from ${accuserText(facts.accuser)}, and the others do not bear it out.`
      if (findings.disputed) return `${dispute(facts)} It is not rolled back by that alone.`
      return facts.anytimeP < 0.2 ? suspicion(facts) : 'Nothing speaks against the canary so far.'
  }
}

function accusation(facts: Facts): string {
  const bound = percent(facts.alpha)
  return `The canary is worse by ${strongest(facts.signals)}: roll it back. A canary that is no worse is rolled back in ${bound} of all cases at most.`
}

function givingUp(facts: Facts): string {
  return `The arms have not matched for so long that nobody can tell how the canary does: everybody gets the incumbent.${culprits(facts)}`
}

function culprits({ tokens }: Facts): string {
  const found = tokens.filter(({ leftOut }) => leftOut)
  return found.length === 0 ? '' : ` Left out: ${tokensText(found)}.`
}

function dispute({ tokens }: Facts): string {
  const text = disputeText(tokens)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function suspicion(facts: Facts): string {
  return `There is some evidence against the canary, most of it in ${strongest(facts.signals)}, but not enough to roll it back.`
}

function holding(facts: Facts, findings: Findings, why: string): string {
  const { mismatch } = facts
  const { mismatched, unevenlyJudged, unwatched, lacking, unproven } = findings
  if (why === 'insufficientData') {
    const silent = unwatched ? [`no outcomes of both arms ${sinceText(facts.soak.heardAt)}`] : []
    const missing = [...silent, ...lacking]
    return missing.length === 0 ? 'Too little data to decide.' : `Too little data to decide: ${missing.join(', ')}.`
  }
  if (why === 'inconclusive' && findings.disputed)
    return `${dispute(facts)} A person must decide: roll back, or leave out whose word is wrong (sluice outcomes exclude).`
  if (why === 'inconclusive')
    return `Time is up and ${listed(unproven)} could still be worse than the margin: a person must decide.`
  if (unevenlyJudged && !mismatched)
    return 'One arm is judged more often than the sampling says: its scores prove nothing.'
  const wrong = mismatch.wrongArms > 0 ? ` ${mismatch.wrongArms} requests named an arm that they cannot have had.` : ''
  return `The arms do not have the users that their shares say: nothing is decided for the better before that is explained.${wrong}${culprits(facts)}`
}

function sinceText(heardAt: number | null): string {
  return heardAt === null ? 'of this stage yet' : `since ${new Date(heardAt).toISOString().slice(11, 16)} UTC`
}

function strongest(signals: readonly SignalEvidence[]): string {
  const part = ({ weight, logE }: SignalEvidence) => (weight > 0 ? Math.log(weight) + (logE ?? 0) : -Infinity)
  const found = signals.reduce((most, signal) => (part(signal) > part(most) ? signal : most))
  const by = found.difference === null ? '' : ` (${signed(found)})`
  return `${names[found.signal] ?? found.signal}${by}`
}

function signed({ signal, difference }: SignalEvidence): string {
  const value = difference ?? 0
  const size = signal === 'score' || signal === 'feedback' ? Math.abs(value).toFixed(3) : percent(Math.abs(value))
  return `${value < 0 ? 'down' : 'up'} ${size}`
}

function counts({ canary, incumbent }: Facts): string {
  return `${canary.requests} requests of ${canary.users} users by the canary (${canary.judged} judged), ${incumbent.requests} of ${incumbent.users} by the incumbent (${incumbent.judged} judged)`
}

const listed = (signals: readonly string[]) => signals.map((signal) => names[signal] ?? signal).join(', ')
const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`
