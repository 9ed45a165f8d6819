import type { LoggedRollout } from '../../records/audit-row.ts'
import { isRolloutEnd, type Rollout } from '../../records/rollout/rollout.ts'
import type { GateEvidence } from '../../records/version.ts'
import { codeBlock, codeSpan, inlineText, linkTarget } from '../../text/markdown-escape.ts'
import { decidingEvidence } from '../incident/deciding-evidence.ts'
import { evidenceSection } from '../incident/post-mortem-evidence.ts'
import { type ReleaseRow, takenBackBy } from '../release/release-row.ts'
import { gateVerdictText } from '../words/gate-text.ts'
import { timeText } from '../words/moments.ts'
import { sentenceOf } from './deployment-steps.ts'
import type { EvidenceCheck } from './evidence-check.ts'

interface CheckContext {
  nameOf(version: string): string
  /** The last assessment of the rollout, if there is one. */
  assessment: unknown
  /** Those of the rollout; undefined where they are not known any more. */
  settings: Rollout['settings'] | undefined
  /** What the gate said of a version that is released without a canary. */
  gate: GateEvidence | null
  link: string | undefined
}

type CheckText = Pick<EvidenceCheck, 'conclusion' | 'title' | 'summary'>

/** What the check of a rollout says after a row: figures and who decided, and nothing that a user or a model wrote. */
export function rolloutCheck(rollout: LoggedRollout, row: ReleaseRow, context: CheckContext): CheckText {
  const { nameOf, assessment, settings, link } = context
  const { id, canary, incumbent } = rollout
  const { evidence: own, at, actor, reason } = row.row
  const known = knownOf(own)
  const evidence = decidingEvidence(own, known, assessment)
  const isEnded = isRolloutEnd(rollout.state)
  const sentence = sentenceOf(rollout, row, settings)
  const title = `${nameOf(canary)}: ${sentence}`
  const blocks = [
    `**${inlineText(sentence)}**`,
    `${codeSpan(nameOf(canary))} against ${codeSpan(nameOf(incumbent))}; ${timeText(at)} by ${inlineText(actor)}.`,
    ...(reason === null || reason === evidence?.words ? [] : [`> ${inlineText(reason)}`]),
    ...(evidence === null && !isEnded ? ['There is no evidence yet.'] : evidenceSection(evidence)),
    ...nextBlocks(link, `sluice rollout ${isEnded ? 'report' : 'status'} ${id}`),
  ]
  return { conclusion: conclusionOf(rollout), title, summary: blocks.join('\n\n') }
}

/** What the check of a version says that was released, or taken back, without a canary. */
export function releaseCheck(row: ReleaseRow, { nameOf, gate, link }: CheckContext): CheckText {
  const { before, after } = row
  const { actor, reason, at, chain } = row.row
  const isBack = takenBackBy(row.row) !== undefined
  const [from, to] = [before.active, after.active].map((id) => (id === null ? 'nothing' : nameOf(id)))
  const title = isBack
    ? `${from}: taken back by ${actor}, everybody gets ${to} again.`
    : `${to}: released to everybody by ${actor}, without a canary.`
  const gateText = gate
    ? `The verdict of the gate was **${gateVerdictText(gate)}** (run ${codeSpan(gate.runId)}).`
    : 'No report of the gate is on record.'
  const blocks = [
    `**${inlineText(title)}**`,
    `${timeText(at)}, before ${codeSpan(from ?? '')}.`,
    ...(reason === null ? [] : [`> ${inlineText(reason)}`]),
    isBack ? `It was taken back by hand: ${canaryText(row, nameOf)}.` : gateText,
    ...nextBlocks(link, `sluice ${isBack ? 'audit' : 'drift'} ${chain}`),
  ]
  return { conclusion: isBack ? 'failure' : 'neutral', title, summary: blocks.join('\n\n') }
}

/** What became of the canary that was compared with a version which was taken back from everybody. */
function canaryText({ before: { rollout } }: ReleaseRow, nameOf: CheckContext['nameOf']): string {
  return rollout && !isRolloutEnd(rollout.state)
    ? `the rollout of ${codeSpan(nameOf(rollout.canary))} against it ended with that`
    : 'no canary was compared with it'
}

function conclusionOf({ state, strength, why }: LoggedRollout): EvidenceCheck['conclusion'] {
  // Without proof it is neither good nor bad.
  if (state === 'promoted') return strength === 'strong' ? 'success' : 'neutral'
  if (state === 'rolledBack') return why === 'undecided' ? 'cancelled' : 'failure'
  return state === 'aborted' || state === 'superseded' ? 'cancelled' : null
}

/** What was known of the canary when a person gave it to more users. */
function knownOf(evidence: unknown): unknown {
  return typeof evidence === 'object' && evidence !== null && 'known' in evidence ? evidence.known : undefined
}

function nextBlocks(link: string | undefined, command: string): string[] {
  const page = link === undefined ? [] : [`[The page about it](${linkTarget(link)})`]
  return [...page, 'Next:', codeBlock(command, 'sh')]
}
