import type { Rollout } from '../../../records/rollout/rollout.ts'
import { type Html, html } from '../../../text/markup.ts'
import { rolloutActLinks } from '../act-links.ts'
import { appliedAddress, featureAddress } from '../addresses.ts'
import { moment, type NamedVersion, notKnown, type StateTone, toned, versionName } from '../elements.ts'
import type { PageContent } from '../layout.ts'
import { type ShownAnswers, worstAnswersSection } from './answers.ts'
import { armsSection, type ShownArms } from './arms.ts'
import { againstSection, type ShownEvidence } from './evidence.ts'
import { logSection, type ShownLog } from './log.ts'
import { type ServingShares, servingSection } from './serving.ts'

/** A sign of how well it is known what the canary does. */
export interface HealthSign {
  /** E.g. `Sample ratio`. */
  name: string
  /** Null of what is over: it is neither well nor an alarm any more. */
  tone: StateTone | null
  text: string
}

export interface RolloutPage {
  id: string
  feature: string
  canary: NamedVersion
  incumbent: NamedVersion
  /** In one sentence, and in a few words for the title of the window. */
  state: { tone: StateTone; sentence: string; short: string }
  /** Stage and soak time; null once it has ended. */
  stage: string | null
  /** What it waits for, and until when. Empty where that is not known. */
  waitsFor: readonly string[]
  /** How it is expected to end, and when; empty after its end. `isUnderWay`: the page asks for itself again. */
  outlook: { sentences: readonly string[]; isUnderWay: boolean }
  /** What the last assessment says; null before the first. */
  words: string | null
  /** Why it ended; null while it goes on. */
  ended: { reason: string; highest: { text: string; at: number } | null } | null
  /** The reason given for starting it without a passing gate. */
  override: string | null
  /** When this is shown, ms since the epoch. */
  now: number
  startedAt: number
  startedBy: string
  /** What can be done depends on it. */
  status: Rollout['status']
  stageIndex: number
  stages: readonly unknown[]
  mayAct: boolean
  health: readonly HealthSign[]
  evidence: ShownEvidence
  arms: ShownArms
  answers: ShownAnswers
  serving: ServingShares
  log: ShownLog
}

/** One rollout, whole: first what it does, then how far that can be believed, then why. */
export function rolloutPage(page: RolloutPage): PageContent {
  const { feature, state } = page
  const main = html`${head(page)}
${healthSection(page)}
${againstSection(page.evidence)}
${armsSection(page.arms)}
${worstAnswersSection(page.answers)}
${servingSection(page.serving)}
${logSection(page.log)}`
  return { title: `${state.short}: ${feature}`, main }
}

function head(page: RolloutPage): Html {
  const { id, feature, canary, incumbent, state, words, ended, override } = page
  return html`<p class="crumbs"><a href="${featureAddress(feature)}">${feature}</a> <span class="muted">rollout</span> <code class="id">${id}</code></p>
<h1 class="sentence">${toned(state.tone, state.sentence)}</h1>
<p>${versionName(canary)} <span class="muted">against</span> ${versionName(incumbent)}<small class="line">started ${moment(page.startedAt, page.now)} by ${page.startedBy}${override === null ? undefined : html`, <b>without a passing gate</b>: ${override}`}</small></p>
${
  ended
    ? html`<p class="why"><b>Why:</b> ${ended.reason}</p>
<p>Highest evidence against it: ${ended.highest === null ? notKnown : html`<b>${ended.highest.text}</b>, ${moment(ended.highest.at, page.now)}`}</p>`
    : undefined
}
${words === null ? html`<p>${toned('unknown', 'Not assessed yet: nothing is known of the canary.')}</p>` : words === ended?.reason ? undefined : html`<p>${ended ? html`<span class="muted">Last assessment:</span> ` : undefined}${words}</p>`}
${ended ? html`<p>Next: <a href="${appliedAddress(feature)}">see who has the change</a>; the post-mortem is <code>sluice rollout report ${id}</code></p>` : undefined}
<p class="jumps">See <a href="#evidence">the evidence</a>, <a href="#arms">both arms</a>, <a href="#answers">the worst answers</a>, <a href="#serving">who serves what</a></p>
${rolloutActLinks({ id, status: page.status, stage: page.stageIndex, settings: { stages: page.stages } }, page.mayAct)}
${waitingPart(page)}`
}

function waitingPart({ stage, waitsFor, outlook, ended }: RolloutPage): Html | undefined {
  if (ended) return undefined
  return html`<h2>Waits for</h2>
<ul class="plain waits"${outlook.isUnderWay ? html` data-again` : undefined}>${stage === null ? undefined : html`<li>${stage}</li>`}${
    waitsFor.length === 0
      ? html`<li>what it still lacks, and until when: ${notKnown}</li>`
      : waitsFor.map((line) => html`<li>${line}</li>`)
  }${outlook.sentences.map((line) => html`<li>${line}</li>`)}</ul>`
}

function healthSection({ health }: RolloutPage): Html {
  return html`<section><h2>Health</h2>
<dl class="signs">${health.map(({ name, tone, text }) => html`<div><dt>${name}</dt><dd>${tone === null ? text : toned(tone, text)}</dd></div>`)}</dl></section>`
}
