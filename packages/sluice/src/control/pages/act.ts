import { type Html, html } from '../../text/markup.ts'
import type { Consequence } from '../words/act-text.ts'
import { featureAddress } from './addresses.ts'
import { cell, moment, type NamedVersion, pager, type StateTone, toned, versionName, wideTable } from './elements.ts'
import type { PageContent } from './layout.ts'
import { type TrafficChoice, trafficSection } from './traffic-choice.ts'

/** What asks for an act: its consequence first, then a reason. */
export interface ActPage {
  /** `Roll back 1.1` */
  title: string
  feature: string
  /** The versions that it is about, with what each is now. */
  versions: readonly { role: string; version: NamedVersion }[]
  /** What holds now. */
  state: { tone: StateTone; text: string }
  consequence: Consequence | null
  /** How far the instances are that it is sent to. */
  reach: { tone: StateTone; text: string } | null
  /** What is known of the canary; empty where there is none. */
  known: readonly string[]
  /** What the stages and the forecast rest on, and what else they can; null or absent where they rest on nothing. */
  traffic?: TrafficChoice | null
  /** Some of it is still being computed: the page asks for itself again. */
  isUnderWay?: boolean
  /** Versions of which one is to be chosen first; empty where one is chosen. */
  choices: readonly {
    address: string
    version: NamedVersion
    gate: { tone: StateTone; text: string }
    publishedAt: number
    wasRolledBack: boolean
  }[]
  /** Which page of the choices this is; 1-based. */
  choicesPage?: { page: number; pages: number; to(page: number): string } | null
  /** Other ways, e.g. to roll back the canary alone. */
  others: readonly { address: string; text: string }[]
  /** What else whoever sends the form should know. */
  notes?: readonly string[]
  /** Why it cannot be done now; null where it can. */
  refusal: string | null
  /** Why the last attempt was refused, or failed. */
  fault: ActFault | null
  form: ActForm | null
  back: { address: string; text: string }
}

export interface ActFault {
  text: string
  /** It failed in a way that leaves open whether it was done. */
  mayBeDone: boolean
}

export interface ActForm {
  /** The key of the session, without which a form is refused. */
  formKey: string
  /** Makes sending it twice do it once. */
  sendKey: string
  /** The revision of the feature as it is shown. */
  revision: number
  button: string
  isDanger: boolean
  reason: string
  hidden: Readonly<Record<string, string>>
  /** Why a second reason is asked for; null where none is. */
  override: { why: string; text: string } | null
  /** Why it is asked whether an end without a decision is accepted; null where that is not asked. */
  undecidable: string | null
}

/** The first of the two steps of an act. It does nothing yet. */
export function actPage(page: ActPage): PageContent {
  const { title, feature, versions, state, consequence, reach, known, others, refusal, fault, form, back } = page
  const { notes = [] } = page
  const isAgain = page.isUnderWay && fault === null && refusal === null
  const main = html`<section class="act"${isAgain ? html` data-again` : undefined}>
<p class="muted"><a href="${featureAddress(feature)}">${feature}</a></p>
<h1>${title}</h1>
${fault === null ? undefined : faultPart(fault)}
<ul class="facts"><li>${state.tone === 'unknown' ? state.text : toned(state.tone, state.text)}</li>${versions.map(({ role, version }) => html`<li>${role}: ${versionName(version)}</li>`)}</ul>
${refusal === null ? undefined : html`<p class="note">${refusal}</p>`}
${consequence && refusal === null ? consequencePart(consequence, reach) : undefined}
${known.length === 0 ? undefined : html`<h2>What is known</h2><ul class="plain">${known.map((line) => html`<li>${line}</li>`)}</ul>`}
${page.traffic && refusal === null ? trafficSection(page.traffic) : undefined}
${page.choices.length === 0 ? undefined : choicesPart(page)}
${form && refusal === null ? html`${notes.map((note) => html`<p class="note">${note}</p>`)}${formPart(form, fault !== null)}` : undefined}
${others.length === 0 ? undefined : html`<h2>Instead</h2><ul>${others.map(({ address, text }) => html`<li><a href="${address}">${text}</a></li>`)}</ul>`}
<p><a href="${back.address}">${refusal === null ? `No, back to ${back.text}` : `To ${back.text}`}</a></p>
</section>`
  return { title: `${title}: ${feature}`, main }
}

/** The first words about an act that was not, or perhaps not, done. */
export function faultLead({ mayBeDone }: ActFault): string {
  return mayBeDone ? 'It is not known whether it was done.' : 'Nothing was done.'
}

function faultPart(fault: ActFault): Html {
  const again = fault.mayBeDone ? ' Sent again, it counts once.' : ''
  return html`<div class="fault" role="alert" id="fault"><p><b>${faultLead(fault)}</b> ${fault.text}</p><p>Below is what holds now.${again}</p></div>`
}

function consequencePart({ first, more }: Consequence, reach: ActPage['reach']): Html {
  return html`<h2>What it does</h2>
<p class="consequence">${first}</p>
<ul>${more.map((line) => html`<li>${line}</li>`)}${reach === null ? undefined : html`<li>${toned(reach.tone, reach.text)}</li>`}</ul>`
}

function choicesPart({ choices, choicesPage }: ActPage): Html {
  const table = wideTable({
    name: 'Versions',
    head: ['Version', 'Gate', 'Published'],
    rows: choices.map(
      ({
        address,
        version,
        gate,
        publishedAt,
        wasRolledBack,
      }) => html`<tr><th scope="row" data-column="Version"><a href="${address}">${versionName(version)}</a>${wasRolledBack ? html`<br>${toned('bad', 'rolled back before')}` : undefined}</th>
${cell('Gate', toned(gate.tone, gate.text))}
${cell('Published', moment(publishedAt))}</tr>
`,
    ),
  })
  return html`${table}${choicesPage == null ? undefined : pager(choicesPage)}`
}

function formPart(form: ActForm, isFaulty: boolean): Html {
  const { formKey, sendKey, revision, button, isDanger, reason, hidden, override, undecidable } = form
  const fields = { formKey, sendKey, revision: String(revision), ...hidden }
  return html`<form method="post" class="fields">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label for="reason">Reason</label>
<textarea id="reason" name="reason" rows="2" maxlength="2000" required aria-describedby="reason-use${isFaulty ? ' fault' : ''}">${reason}</textarea>
<small id="reason-use">It is kept in the audit log, and sent with the notifications.</small>
${
  override === null
    ? undefined
    : html`<label for="override">Reason to release it anyway</label>
<p class="note" id="override-why">${override.why}</p>
<textarea id="override" name="override" rows="2" maxlength="2000" required aria-describedby="override-why">${override.text}</textarea>`
}
${
  undecidable === null
    ? undefined
    : html`<p class="note" id="undecided-why">${undecidable}</p>
<label><input type="checkbox" name="acceptUndecided" value="yes" required aria-describedby="undecided-why"> Start it though it may end undecided</label>`
}
<button class="${isDanger ? 'main danger' : 'main'}">${button}</button>
</form>`
}
