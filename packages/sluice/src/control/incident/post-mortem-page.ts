import { namedKey } from '../../core/suite/config/environments.ts'
import type { AuditRow } from '../../records/audit-row.ts'
import { formatAmount, formatDuration, formatPpm } from '../../text/format.ts'
import { codeSpan, inlineText, linkTarget } from '../../text/markdown-escape.ts'
import { actionText } from '../release/audit.ts'
import { timeText } from '../words/moments.ts'
import { stateText } from '../words/rollout-state-text.ts'
import { versionText } from '../words/version-text.ts'
import type { PostMortem } from './post-mortem.ts'
import { answersSection, missedSection } from './post-mortem-answers.ts'
import { evidenceSection } from './post-mortem-evidence.ts'

/** The page about a rollout that has ended, in GitHub's Markdown. Text of models, users and files is escaped. */
export function renderPostMortem(postMortem: PostMortem): string {
  const { rollout, rows, evidence, versions } = postMortem
  const label = versions.find(({ id }) => id === rollout.canary)?.label
  const name = label ? inlineText(label) : codeSpan(rollout.canary)
  const blocks = [
    `# ${inlineText(namedKey(rollout))}: ${name} ${stateText(rollout)}`,
    ...summary(postMortem),
    '## Timeline (UTC)',
    timeline(rows),
    '## Evidence',
    ...evidenceSection(evidence),
    '## The worst answers',
    ...answersSection(postMortem),
    '## What the gate missed',
    ...missedSection(postMortem),
  ]
  return `${blocks.join('\n\n')}\n`
}

function summary({ rollout, link, versions, evidence }: PostMortem): string[] {
  const { id, canary, incumbent, startedAt, endedAt, startedBy, ending, stage, settings, ppm, override } = rollout
  const name = (version: string) => codeSpan(versionText({ versions }, version))
  const lastedMs = endedAt === null ? null : endedAt - startedAt
  const isKnown = lastedMs === null || lastedMs >= 0
  const reached = `at stage ${stage + 1} of ${settings.stages.length} (${formatPpm(ppm)} of the users)`
  const seen =
    evidence === null
      ? []
      : [
          `${formatAmount(evidence.canary.requests, 'request')} of ${formatAmount(evidence.canary.users, 'user')} got it.`,
        ]
  return [
    [
      `Rollout ${codeSpan(id)}: ${name(canary)} against ${name(incumbent)}, started ${timeText(startedAt)} by ${inlineText(startedBy)}.`,
      `It ended ${isKnown ? `after ${formatDuration(lastedMs)} ` : ''}${reached}, by ${inlineText(ending?.by ?? 'nobody')}.`,
      ...(isKnown ? [] : ['The clock was set back meanwhile, so how long it lasted is not known.']),
      ...seen,
    ].join(' '),
    ...(override === null ? [] : [`It was started without a passing gate: ${inlineText(override)}`]),
    `> ${inlineText(ending?.reason ?? '')}`,
    ...(link === null ? [] : [`[The page of this rollout](${linkTarget(link)})`]),
  ]
}

function timeline(rows: readonly AuditRow[]): string {
  const lines = rows.map((row) =>
    [timeText(row.at), inlineText(row.actor), actionWords(row), inlineText(row.reason ?? '')].join(' | '),
  )
  return ['| time | who | what | why |', '|---|---|---|---|', ...lines.map((line) => `| ${line} |`)].join('\n')
}

/** What was done, in words, and as the log names it. */
function actionWords(row: AuditRow): string {
  const text = actionText(row)
  return text === row.action ? codeSpan(text) : `${text}, ${codeSpan(row.action)}`
}
