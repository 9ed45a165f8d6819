import { isDeepStrictEqual } from 'node:util'
import type { PromptVersion } from '@sluice/client'
import {
  formatAmount,
  formatChange,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import type { DiffBudget } from '../../../text/word-diff.ts'
import { gateVerdictText } from '../../words/gate-text.ts'
import { compareAddress, featureAddress, runAddress, versionContentAddress } from '../addresses.ts'
import { cell, moment, type NamedVersion, notKnown, toned, versionName, wideTable } from '../elements.ts'
import type { PageContent } from '../layout.ts'
import { verdictTones } from '../overview-row.ts'
import { fallenCasesPart } from './fallen-cases.ts'
import { type GateRecord, unscoredShare } from './gate-record.ts'
import { leftOut, longValue, type Room, textChanges } from './text-changes.ts'

/** One side: what it asks, and what the gate said of it. */
export interface ComparedVersion extends NamedVersion {
  content: PromptVersion
  publishedAt: number
  /** Null: it was published without a report. */
  gate: GateRecord | null
}

export interface ComparePage {
  feature: string
  from: ComparedVersion
  to: ComparedVersion
}

/** What a page may show and compute. Messages take nothing from the settings, whatever their length. */
export interface CompareLimits {
  messages: Room
  settings: Room
  /** Word by word only so much is compared, since pages are made in the thread that answers everybody. */
  budget: DiffBudget
}

function usualLimits(): CompareLimits {
  return {
    messages: { shown: 80_000, folded: 115_000, left: 0 },
    settings: { shown: 35_000, folded: 20_000, left: 0 },
    budget: { edits: 800, characters: 450_000 },
  }
}

/** What distinguishes two versions: what they ask, and what the gate found of each. */
export function comparePage({ feature, from, to }: ComparePage, limits = usualLimits()): PageContent {
  const changed = messages(from.content.messages, to.content.messages, limits)
  const settings = settingRows(from.content, to.content, limits.settings)
  const left = limits.messages.left + limits.settings.left
  const isSame = from.id === to.id
  const main = html`<h1><a href="${featureAddress(feature)}">${feature}</a>: ${versionName(from)} and ${versionName(to)}</h1>
<p>${
    isSame
      ? 'Both are the same version.'
      : html`What <ins>${versionName(to)} has</ins> and what <del>only ${versionName(from)} had</del>. <a href="${compareAddress(feature, { from: to.id, to: from.id })}">The other way round</a>`
  }</p>
${left === 0 ? undefined : notShown(left, feature, [from, to])}
<section><h2>Messages</h2>${changed}</section>
<section><h2>Model and parameters</h2>${
    settings.rows.length === 0 && settings.left === undefined
      ? html`<p>All are the same: <code>${to.content.model}</code> with ${formatAmount(Object.keys(to.content.parameters).length, 'parameter')}.</p>`
      : html`${wideTable({ name: 'Model and parameters', head: ['Setting', 'Before', 'After'], rows: settings.rows })}${settings.left}`
  }</section>
<section><h2>What the gate found</h2>${gates(feature, from, to)}</section>
${from.gate === null && to.gate === null ? undefined : html`<section><h2>The cases that fell most</h2>${fallen(from, to)}</section>`}`
  return { title: `${feature}: ${from.label ?? from.id} and ${to.label ?? to.id}`, main }
}

/** What the page lacks, and where all of it is. */
function notShown(count: number, feature: string, versions: readonly NamedVersion[]): Html {
  return html`<p class="note"><b>${formatAmount(count, 'change')} ${count === 1 ? 'is' : 'are'} not shown here</b>, since the page has no room: each place says so. All of each version, as JSON:${versions.map(
    (version) => html` <a href="${versionContentAddress(feature, version.id)}" download>${versionName(version)}</a>`,
  )}</p>`
}

/** Whatever of a version is no message, by its name. */
function settingsOf({ model, parameters, format, strict, inputs, tools = [], toolChoice, maxSteps }: PromptVersion) {
  return new Map<string, unknown>([
    ['model', model],
    ...Object.entries(parameters).map(([name, value]): [string, unknown] => [`parameters.${name}`, value]),
    ['format', format],
    ['strict', strict],
    ...Object.entries(inputs ?? {}).map(([name, value]): [string, unknown] => [`inputs.${name}`, value]),
    ...namedTools(tools),
    ['toolChoice', toolChoice],
    ['maxSteps', maxSteps],
  ])
}

/** Several of one name are numbered, so that none hides another. */
function namedTools(tools: NonNullable<PromptVersion['tools']>): [string, unknown][] {
  const counts = new Map<string, number>()
  return tools.map(({ name, ...tool }) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return [count === 1 ? `tool ${name}` : `tool ${name} (${formatCount(count)})`, tool]
  })
}

/** Those that differ. */
function settingRows(from: PromptVersion, to: PromptVersion, room: Room): { rows: Html[]; left: Html | undefined } {
  const [before, after] = [settingsOf(from), settingsOf(to)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const value = (held: unknown) =>
    held === undefined ? html`<span class="muted">not set</span>` : longValue(JSON.stringify(held), room)
  const changed = names.filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
  const rows: Html[] = []
  for (const name of changed.slice(0, mostSettings)) {
    if (room.shown <= 0) break
    rows.push(html`<tr><th scope="row" data-column="Setting">${longValue(name, room)}</th>
${cell('Before', html`<div>${value(before.get(name))}</div>`)}
${cell('After', html`<div>${value(after.get(name))}</div>`)}</tr>
`)
  }
  return { rows, left: leftOut(changed.length - rows.length, 'more setting', room) }
}

type Message = PromptVersion['messages'][number]

const mostSettings = 50

/** Message by message, after those at the start and at the end that are the same. */
function messages(from: readonly Message[], to: readonly Message[], limits: CompareLimits): Html {
  const isSame = (a: Message | undefined, b: Message | undefined) => isDeepStrictEqual(a, b)
  const shortest = Math.min(from.length, to.length)
  let head = 0
  while (head < shortest && isSame(from[head], to[head])) head += 1
  let tail = 0
  while (tail < shortest - head && isSame(from.at(-1 - tail), to.at(-1 - tail))) tail += 1
  const count = Math.max(from.length, to.length) - head - tail
  const [olds, nows] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)]
  const changed: Html[] = []
  for (let index = 0; index < count && limits.messages.shown > 0; index += 1)
    changed.push(messagePart(olds[index], nows[index], { number: head + index + 1, limits }))
  const same = head + tail
  return html`${same === 0 ? undefined : html`<p class="muted">${count === 0 ? `All ${formatAmount(same, 'message')} ${same === 1 ? 'is' : 'are'} the same.` : `${formatAmount(same, 'other message')} ${same === 1 ? 'is' : 'are'} the same.`}</p>`}
${changed}${leftOut(count - changed.length, 'more message', limits.messages)}`
}

function messagePart(
  old: Message | undefined,
  now: Message | undefined,
  { number, limits: { messages, budget } }: { number: number; limits: CompareLimits },
): Html {
  const what = old === undefined ? ', new' : now === undefined ? ', gone' : ''
  const roles = old && now && old.role !== now.role ? `${old.role} before, ${now.role} now` : (now ?? old)?.role
  return html`<article class="message"><h3>Message ${formatCount(number)}, ${roles ?? ''}${what}</h3>
${textChanges({ before: old?.content, after: now?.content }, { room: messages, budget })}</article>`
}

function gates(feature: string, from: ComparedVersion, to: ComparedVersion): Html {
  const rows = gateRows.map(([name, shown]) => {
    const [before, after] = [from, to].map(({ gate }) => (gate === null ? undefined : shown(gate)))
    return html`<tr><th scope="row" data-column="Figure">${name}</th>
${cell('Before', html`<span>${before ?? notKnown}</span>`)}
${cell('After', html`<span>${after ?? notKnown}</span>`)}</tr>
`
  })
  const none = [from, to].filter(({ gate }) => gate === null)
  return html`${none.map((version) => html`<p>${toned('unknown', 'Published without a gate report')}: ${versionName(version)}. No figures of it are known here.</p>`)}
${none.length === 2 ? undefined : wideTable({ name: 'What the gate found', head: ['Figure', 'Before', 'After'], rows })}
<p class="note">${caution(from.gate, to.gate)}</p>
<p>${[from, to].map((version) => (version.gate === null ? undefined : html`<a href="${runAddress(feature, version.id)}">The run of ${version.label ?? version.id}</a> <small>·</small> `))}<a href="${featureAddress(feature)}">All versions</a></p>`
}

/** The cases that fell most in the run of each version: in one run alone, if the one was the other's baseline. */
function fallen(from: ComparedVersion, to: ComparedVersion): Html {
  const isOwnBaseline = to.gate?.baseline?.id === from.id
  const shown = isOwnBaseline || from.id === to.id ? [to] : [to, from]
  return html`${shown.map(({ gate, ...version }) =>
    gate === null
      ? undefined
      : html`<h3>In the run of ${versionName(version)}${isOwnBaseline ? ', against the other one' : ', against its own baseline'}</h3>${fallenCasesPart(gate)}`,
  )}`
}

/** Two reports are two runs, and a difference of their scores is no verdict. */
function caution(from: GateRecord | null, to: GateRecord | null): Html {
  const [before, after] = [from?.judge, to?.judge]
  const others =
    before && after && before.id !== after.id
      ? 'Their judges differ, so their scores must not be compared. '
      : 'Their cases, and what is behind the judge, may differ. '
  return html`Two reports are two runs. ${others}To ask both versions the same and judge them alike: <code>sluice compare</code>`
}

type Shown = Html | string | undefined

const gateRows: [string, (gate: GateRecord) => Shown][] = [
  ['Verdict', (gate) => toned(verdictTones[gate.verdict], gateVerdictText(gate))],
  ['Run', ({ at }) => (at === null ? undefined : moment(at))],
  ['Score', ({ score }) => (score?.mean == null ? undefined : `${formatScore(score.mean)} ${formatInterval(score)}`)],
  [
    'Change to its own baseline',
    ({ comparison }) =>
      comparison?.meanDifference == null
        ? undefined
        : `${formatChange(comparison.meanDifference)} over ${formatAmount(comparison.pairs, 'case')}, margin ${formatScore(comparison.margin)}`,
  ],
  ['Cases', ({ coverage }) => (coverage === null ? undefined : formatCount(coverage.cases))],
  [
    'Cases without a score',
    (gate) => {
      const share = unscoredShare(gate)
      return share === null ? undefined : formatPercent(share)
    },
  ],
  ['Cost of one answer, judged', ({ cost }) => (cost?.usdPerAnswer == null ? undefined : formatUsd(cost.usdPerAnswer))],
  ['Mean latency', ({ latency }) => (latency?.meanMs == null ? undefined : formatDuration(latency.meanMs))],
  ['95 % are faster than', ({ latency }) => (latency?.p95Ms == null ? undefined : formatDuration(latency.p95Ms))],
  ['Judge', ({ judge }) => (judge === null ? undefined : html`${judge.model} <code class="id">${judge.id}</code>`)],
]
