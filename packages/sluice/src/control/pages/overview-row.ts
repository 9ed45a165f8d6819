import type { Verdict } from '../../records/verdict.ts'
import type { GateEvidence } from '../../records/version.ts'
import { formatCount, formatUsd } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { gateVerdictText } from '../words/gate-text.ts'
import { featureAddress, rolloutAddress } from './addresses.ts'
import { cell, moment, type NamedVersion, notKnown, type StateTone, toned, versionName } from './elements.ts'
import { almostSpent, bookedBefore } from './judge.ts'

/** What the gate said of a version; `none`: it was published without a report; null: not known. */
export type GateWord = (Pick<GateEvidence, 'verdict' | 'strength'> & { at: number }) | 'none' | null

/** A feature as the overview shows it. Null is not known, or not there, as each field says. */
export interface FeatureRow {
  feature: string
  /** Null: no version was ever active. */
  active: (NamedVersion & { gate: GateWord }) | null
  /** Null: none runs. */
  rollout: {
    id: string
    canary: NamedVersion & { gate: GateWord }
    /** `running, 5 % of the users`, `holds: inconclusive, 5 % of the users` and the like. */
    state: string
    tone: StateTone
    /** `stage 2 of 4, 5 % of the users, soaked ...` */
    stage: string
    /** How unlikely what is seen would be if the canary were no worse; null: not known. */
    evidence: string | null
    /** What it waits for, and until when; empty where that is not known. */
    waitsFor: readonly string[]
  } | null
  /** The last one, where none runs. */
  ended: { id: string; state: string; at: number; tone: StateTone; why: string | null } | null
  /** What speaks for or against that it is well; never empty. */
  health: readonly { tone: StateTone; text: string }[]
  /** How many live instances may serve it, and how many of them are behind or silent. */
  instances: { total: number; behind: number; silent: number }
  /** The last night; null: not known here. */
  night: { tone: StateTone; text: string; at: number } | null
  /** The drift watch; null: nothing was watched yet. */
  drift: { tone: StateTone; text: string } | null
  /** Live judging today; null: nothing of it was. `budgetUsd`: null where nothing of it is judged any more. */
  judging: { usd: number; budgetUsd: number | null } | null
  /** When this is shown, ms since the epoch. */
  now: number
}

export const featureColumns = [
  'Feature',
  'Active version',
  'Rollout',
  'Health',
  'Instances',
  'Last night',
  'Drift',
  'Judging today',
] as const

/** A row of the table of features. */
export function featureRow(row: FeatureRow): Html {
  return html`<tr><th scope="row" data-column="Feature"><a href="${featureAddress(row.feature)}">${row.feature}</a></th>
${featureCells(row)}</tr>
`
}

/** What is known of a feature now, as cells. */
export function featureCells(row: FeatureRow): Html {
  const { active, health, night, drift, now } = row
  return html`${cell('Active version', active === null ? html`<span class="muted">none is active</span>` : html`${versionName(active)}${gateText(active.gate, now)}`)}
${cell('Rollout', rolloutPart(row), 'wide')}
${cell('Health', html`<ul class="plain">${health.map(({ tone, text }) => html`<li>${toned(tone, text)}</li>`)}</ul>`)}
${cell('Instances', instancesPart(row))}
${cell('Last night', night === null ? notKnown : html`${toned(night.tone, night.text)} <small>${moment(night.at, now)}</small>`)}
${cell('Drift', drift === null ? notKnown : toned(drift.tone, drift.text))}
${cell('Judging today', judgingText(row))}`
}

export const verdictTones: Record<Verdict, StateTone> = { pass: 'good', fail: 'bad', inconclusive: 'watch' }

function gateText(gate: GateWord, now: number): Html {
  if (gate === null) return html`<small class="line">gate: ${notKnown}</small>`
  if (gate === 'none') return html`<small class="line">${toned('unknown', 'published without a gate report')}</small>`
  return html`<small class="line">${toned(verdictTones[gate.verdict], `gate: ${gateVerdictText(gate)}`)} ${moment(gate.at, now)}</small>`
}

function rolloutPart({ rollout, ended, now }: FeatureRow): Html {
  if (rollout) {
    const { id, canary, state, tone, stage, evidence, waitsFor } = rollout
    return html`<a href="${rolloutAddress(id)}">${toned(tone, state)}</a> ${versionName(canary)}${gateText(canary.gate, now)}
<small class="line">${evidence === null ? html`evidence ${notKnown}` : evidence}</small>
<small class="line">${stage}</small>${waitsFor.map((line) => html`<small class="line">${line}</small>`)}`
  }
  if (!ended) return html`<span class="muted">never had one</span>`
  return html`<span class="muted">none runs</span> <small class="line">last: <a href="${rolloutAddress(ended.id)}">${toned(ended.tone, ended.state)}</a> ${moment(ended.at, now)}</small>${ended.why === null ? undefined : html`<small class="line">${ended.why}</small>`}`
}

function instancesPart({ instances: { total, behind, silent } }: FeatureRow): Html {
  if (total === 0) return toned('unknown', 'none connected')
  const away = [
    ...(behind > 0 ? [toned('bad', `${formatCount(behind)} of ${formatCount(total)} behind`)] : []),
    ...(silent > 0 ? [toned('watch', `${formatCount(silent)} of ${formatCount(total)} silent`)] : []),
  ]
  if (away.length === 0) return toned('good', total === 1 ? '1 has it' : `all ${formatCount(total)} have it`)
  return html`${away.map((each) => html`<span class="line">${each}</span>`)}`
}

function judgingText({ judging }: FeatureRow): Html {
  if (judging === null) return html`<span class="muted">not judged</span>`
  const { usd, budgetUsd } = judging
  if (budgetUsd === null) return bookedBefore(usd)
  const spent = formatUsd(usd)
  return html`${usd < budgetUsd * almostSpent ? spent : toned('watch', spent)} <small class="line">of ${formatUsd(budgetUsd)}</small>`
}
