import { plainFeature } from '../../core/suite/config/environments.ts'
import { formatAmount, formatCount, formatUsd } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { featureAddress, runAddress } from './addresses.ts'
import { cell, type NamedVersion, notKnown, pager, type StateTone, toned, versionName, wideTable } from './elements.ts'
import type { PageContent } from './layout.ts'

/** Who judges the live answers of a feature, and how that goes. */
export interface ShownJudge {
  feature: string
  /** The active one; null: none is active. */
  version: NamedVersion | null
  /** Null: nobody judges its answers, or its version cannot be read. */
  judge: { model: string; words: string; isInReport: boolean } | null
  /** What of its requests is judged, and what that may cost; null: none is. */
  judging: { share: string; budgetUsd: number } | null
  /** What was booked today, also where nothing is judged any more. */
  spentUsd: number
  /** Whether the judge answers. */
  health: { tone: StateTone; text: string }
  /** How its scores do against their own past; null: nothing was watched yet. */
  drift: { tone: StateTone; text: string } | null
}

export interface JudgePage {
  /** The judges on this page of the list. */
  judges: readonly ShownJudge[]
  /** 1-based. */
  page: number
  pages: number
  /** How many features the reader may see, and of how many live answers are judged. */
  counts: { all: number; judged: number }
  /** What judging the features that the reader may see has cost today. */
  spentUsd: number
}

/** The judges of live answers: whether people agree with them, what they cost, whether their scores drift. */
export function judgePage({ judges, page, pages, counts, spentUsd }: JudgePage): PageContent {
  const main = html`<h1>Judge</h1>
<ul class="facts"><li>${
    counts.judged === 0
      ? toned('unknown', 'No live answers are judged')
      : `Live answers of ${formatCount(counts.judged)} of ${formatAmount(counts.all, 'feature')} are judged`
  }</li>${counts.judged === 0 && spentUsd === 0 ? undefined : html`<li>${formatUsd(spentUsd)} today</li>`}</ul>
${counts.judged > 0 ? undefined : emptyState()}
${
  judges.length === 0
    ? undefined
    : wideTable({
        name: 'Judges',
        head: ['Feature', 'Judge', 'Compared with people', 'Judged', 'Today', 'Answers', 'Drift of the score'],
        rows: judges.map(row),
      })
}
${pager({ page, pages, to: (number) => `/judge?page=${number}` })}
<p class="muted">What labels of people say of a judge stands in the report that was published with the version; it counts only for the very judge and questions in use. Where no labels are known, a score is the opinion of the judge alone.</p>`
  return { title: 'Judge', main }
}

function emptyState(): Html {
  return html`<section class="empty narrow"><p>So quality is not watched here: canaries are compared by errors, latency and safety alone. A prompt file with a rubric turns it on, as far as answers may be stored:</p>
<pre tabindex="0">live:
  store: true
  judge: { percent: 10, budgetUsdPerDay: 5 }</pre></section>`
}

function row({ feature, version, judge, judging, spentUsd, health, drift }: ShownJudge): Html {
  return html`<tr><th scope="row" data-column="Feature"><a href="${featureAddress(feature)}">${feature}</a>${version === null ? html`<small class="line">no version is active</small>` : html`<small class="line">${versionName(version)}</small>`}</th>
${cell('Judge', judge === null ? html`<span class="muted">none</span>` : judge.model)}
${cell('Compared with people', judge === null ? html`<span class="muted">–</span>` : html`${toned(calibrationTone(judge.words), judge.words)}${calibrationStep(feature, { version, judge })}`, 'wide')}
${cell('Judged', judging === null ? html`<span class="muted">nothing</span>` : judging.share)}
${cell('Today', spending(spentUsd, judging))}
${cell('Answers', toned(health.tone, health.text))}
${cell('Drift of the score', drift === null ? notKnown : toned(drift.tone, drift.text))}</tr>
`
}

/** What labels have not shown to be right is never shown as good. */
export function calibrationTone(words: string): StateTone {
  if (/: may gate/.test(words)) return 'good'
  return /: may not gate/.test(words) ? 'bad' : 'unknown'
}

function calibrationStep(
  feature: string,
  { version, judge }: { version: NamedVersion | null; judge: NonNullable<ShownJudge['judge']> },
): Html | undefined {
  if (version !== null && judge.isInReport)
    return html`<small class="line"><a href="${runAddress(feature, version.id)}">from its gate run</a></small>`
  return html`<small class="line">to change that: <code>sluice judge label ${plainFeature(feature)}</code></small>`
}

/** What judging has cost today before it was switched off. */
export function bookedBefore(usd: number): Html {
  return html`${formatUsd(usd)} <small class="line">not judged any more</small>`
}

/** A call is made only if the highest price that it may have is left, so the last part of a budget stays. */
export const almostSpent = 0.9

function spending(spentUsd: number, judging: ShownJudge['judging']): Html {
  if (judging === null) return spentUsd > 0 ? bookedBefore(spentUsd) : html`<span class="muted">–</span>`
  const { budgetUsd } = judging
  const of = `${formatUsd(spentUsd)} of ${formatUsd(budgetUsd)}`
  if (spentUsd < budgetUsd * almostSpent) return html`${of}`
  return toned('watch', `${of}: used up, or nearly; what is beyond is not judged today`)
}
