import type { FeaturePlan, GatePowerPlan, PlannedReach, WantedPlan } from '../../records/report/gate-plan.ts'
import { formatAmount, formatCount, formatPercent, formatScore, formatUsd } from '../../text/format.ts'
import { type Cell, columns, wrap } from '../../text/layout.ts'
import { visibleData } from '../../text/untrusted.ts'

const flakyShown = 8
const plansShown = 4

/** The plan for a terminal of `width` columns. */
export function gatePlanText(given: GatePowerPlan, width: number): string {
  return `${visibleData(given)
    .features.map((feature) => featureText(feature, width))
    .join('\n\n')}\n`
}

function featureText(plan: FeaturePlan, width: number): string {
  const name = plan.feature === null ? 'A suite' : `${plan.feature}, suite ${plan.suite}`
  if (plan.message !== null) return wrap(`${name}: ${plan.message}`, width).join('\n')
  const blocks = [
    [nowLine(name, plan), ...noiseLines(plan)].flatMap((text) => wrap(text, width)),
    [...wrap(tableTitle(plan), width), ...dropTable(plan, width)],
    tagTable(plan, width),
    signLines(plan).flatMap((text) => wrap(text, width)),
    wantedLines(plan).flatMap((text) => wrap(text, width)),
    [...flakyTable(plan, width), ...(plan.remedy === null ? [] : wrap(plan.remedy, width))],
    plan.notes.flatMap((text) => wrap(`- ${text}`, width)),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** Where no score varies, the smallest drop is the margin itself, which the gate still accepts. */
const isMargin = (drop: number | null, margin: number) => drop === margin

function nowLine(name: string, { now, margin }: FeaturePlan): string {
  if (!now) return name
  const { cases, repeats, drop, dropInFewAnswers, smallestMargin } = now
  const size = `${formatAmount(cases, 'case')} with up to ${formatAmount(repeats, 'answer')} each`
  const seen =
    drop === null
      ? 'what it finds is not known'
      : `in 80 % of runs it finds a drop ${isMargin(drop, margin) ? 'above' : 'of'} ${formatScore(drop)} if every answer gets a little worse, and ${few(dropInFewAnswers)} if a few answers lose their whole score`
  const passes =
    smallestMargin === null || smallestMargin <= margin
      ? ''
      : ` The margin of ${margin} is small for it: an unchanged version passes in 80 % of runs only with a margin of ${formatScore(smallestMargin)} or more.`
  return `${name}: ${size}; ${seen}.${passes} A full run: ${priceOf(now)}.`
}

const few = (drop: number | null) => (drop === null ? 'none' : `one of ${formatScore(drop)}`)

function priceOf({ answers, usd, minutes }: Pick<PlannedReach, 'answers' | 'usd' | 'minutes'>): string {
  const time =
    minutes === null ? 'time unknown' : minutes < 1 ? 'under a minute' : `${formatCount(Math.ceil(minutes))} min`
  return `at most ${formatAmount(answers, 'answer')}, ${usd === null ? 'cost unknown' : formatUsd(usd)}, ${time}`
}

function noiseLines({ noise }: FeaturePlan): string[] {
  if (!noise) return []
  const { source, startedAt, cases, answers, within, sdLow, sdHigh } = noise
  const sd = (variance: number | null) => formatScore(variance === null ? null : Math.sqrt(variance))
  if (source === 'assumed') return [`Assumed: answers to one case differ by a standard deviation of ${sd(within)}.`]
  const range =
    sdLow === null || sdHigh === null ? '' : ` (90 % interval ${formatScore(sdLow)} to ${formatScore(sdHigh)})`
  const judge =
    noise.judgeVotes === null
      ? 'of the judge not known'
      : `of the judge ${noise.judgeFrom === 'panel' ? 'at most ' : ''}${sd(noise.judgeVotes)}, of the answers ${sd(noise.system)}`
  return [
    `Measured on ${startedAt?.slice(0, 10)}, ${formatAmount(answers, 'answer')} to ${formatAmount(cases, 'case')}: standard deviation between cases ${sd(noise.case)}, within a case ${sd(within)}${range}; ${judge}.`,
  ]
}

function tableTitle({ estimand }: FeaturePlan): string {
  const what = estimand === 'population' ? 'all cases like these' : 'exactly these cases'
  return `Smallest drop of the mean over ${what} that is found in 80 % of runs, by cases and by answers per case (in brackets: if a few answers lose their whole score)`
}

function dropTable({ table, margin }: FeaturePlan, width: number): string[] {
  const repeats = [...new Set(table.map((row) => row.repeats))]
  const head: Cell[] = [
    { text: 'cases' },
    ...repeats.map((each): Cell => ({ text: formatAmount(each, 'answer'), align: 'right' })),
    { text: 'cost, time at most', align: 'right' },
  ]
  const rows = [...Map.groupBy(table, ({ cases }) => cases)].map(([cases, rows]): Cell[] => {
    const last = rows.at(-1)
    return [
      { text: formatCount(cases), align: 'right' },
      ...rows.map(
        ({ drop, dropInFewAnswers }): Cell => ({
          text: drop === null ? '-' : `${shortDrop(drop, margin)} (${dropInFewAnswers?.toFixed(3) ?? '-'})`,
          align: 'right',
        }),
      ),
      { text: last ? shortPrice(last) : '', align: 'right' },
    ]
  })
  return columns([head, ...rows], width)
}

const shortDrop = (drop: number, margin: number) => `${isMargin(drop, margin) ? '>' : ''}${drop.toFixed(3)}`

function shortPrice({ usd, minutes }: PlannedReach): string {
  const time = minutes === null ? 'n/a' : `${Math.max(1, Math.ceil(minutes))} min`
  return `${formatUsd(usd)}, ${time}`
}

function tagTable({ tags }: FeaturePlan, width: number): string[] {
  if (tags.length === 0) return []
  const head: Cell[] = [
    { text: 'tag' },
    { text: 'cases', align: 'right' },
    { text: 'smallest drop', align: 'right' },
    { text: 'in few answers', align: 'right' },
  ]
  const rows = tags.map(({ tag, cases, drop, dropInFewAnswers, margin }): Cell[] => [
    { text: tag },
    { text: formatCount(cases), align: 'right' },
    { text: drop === null ? '-' : shortDrop(drop, margin), align: 'right' },
    { text: dropInFewAnswers === null ? '-' : dropInFewAnswers.toFixed(3), align: 'right' },
  ])
  return [`Tags, margin ${tags[0]?.margin}`, ...columns([head, ...rows], width)]
}

/** What the signs in the tables say, where there are such. */
function signLines({ table, tags, margin }: FeaturePlan): string[] {
  const isAbove = [...table.map((row) => ({ ...row, margin })), ...tags].some((row) => isMargin(row.drop, row.margin))
  const isMissing = [...table, ...tags].some((row) => row.drop === null || row.dropInFewAnswers === null)
  return [
    ...(isAbove ? ['>: every drop above the margin is found'] : []),
    ...(isMissing ? ['-: no drop of this kind is found in 80 % of runs, or it is not known'] : []),
  ]
}

function wantedLines({ wanted, plans }: FeaturePlan): string[] {
  if (wanted === null) return []
  if (plans.length === 0) return [`No suite of up to 100,000 cases finds a drop of ${wanted} with 80 % probability.`]
  return [
    `To find a drop of ${wanted} with 80 % probability, however it comes:`,
    ...plans.slice(0, plansShown).map((plan, index) => `${index === 0 ? 'Cheapest' : 'Or'}: ${planLine(plan)}`),
  ]
}

function planLine(plan: WantedPlan): string {
  const more = plan.newCases === 0 ? 'no new case' : `${formatAmount(plan.newCases, 'new case')} to write`
  return `${formatAmount(plan.cases, 'case')} (${more}), up to ${formatAmount(plan.repeats, 'answer')} each, gate.margin ${plan.margin}: ${priceOf(plan)}.${passesFrom(plan)}`
}

/** A plan may find the drop and still leave an unchanged version undecided. */
function passesFrom({ smallestMargin, margin }: WantedPlan): string {
  if (smallestMargin === null || smallestMargin <= margin) return ''
  return ` An unchanged version passes in 80 % of runs only with a margin of ${formatScore(smallestMargin)} or more.`
}

function flakyTable({ flaky }: FeaturePlan, width: number): string[] {
  const [first] = flaky
  if (!first) return []
  const head: Cell[] = [
    { text: 'unsteady case' },
    { text: 'passes', align: 'right' },
    { text: `all ${first.k} pass`, align: 'right' },
    { text: '95 % interval', align: 'right' },
    { text: 'helps' },
    { text: 'because' },
  ]
  const rows = flaky
    .slice(0, flakyShown)
    .map((each): Cell[] => [
      { text: each.case },
      { text: `${each.passes} of ${each.answers}`, align: 'right' },
      { text: formatPercent(each.passK), align: 'right' },
      { text: `${formatPercent(each.passKLow)} to ${formatPercent(each.passKHigh)}`, align: 'right' },
      { text: remedyNames[each.remedy] },
      { text: each.because },
    ])
  const left = flaky.length - flakyShown
  return [
    ...columns([head, ...rows], width),
    ...(left > 0 ? [`and ${formatAmount(left, 'further case')} (--json)`] : []),
  ]
}

const remedyNames = {
  repeats: 'more repeats',
  'judge-votes': 'more judge votes',
  'rewrite-item': 'rewrite the question',
  label: 'a label',
} as const
