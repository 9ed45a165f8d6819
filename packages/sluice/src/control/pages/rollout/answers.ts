import { formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { moment, notKnown } from '../elements.ts'

/** A judged answer of production. Every text of it is of a user or a model. */
export interface ShownAnswer {
  outcome: string
  /** In [0,1]; null: not judged. */
  score: number | null
  storedAt: number
  input: string
  output: string
  /** What the judge answered with no, with what it quotes. */
  failed: readonly { item: string; quote: string | null; reasoning: string | null }[]
}

export interface ShownAnswers {
  canary: readonly ShownAnswer[]
  incumbent: readonly ShownAnswer[]
  /** Why there are none of an arm, or of both; null where that is not known. */
  why: string | null
}

/** The worst judged answers of both arms, side by side. */
export function worstAnswersSection({ canary, incumbent, why }: ShownAnswers): Html {
  if (canary.length + incumbent.length === 0)
    return html`<section id="answers"><h2>The worst answers</h2><p>There are none to show: ${why ?? notKnown}</p></section>`
  return html`<section id="answers"><h2>The worst answers</h2>
<div class="sides">${column('canary', canary, why)}${column('incumbent', incumbent, why)}</div>
<p class="muted"><small>The worst judged of each arm; answers beside each other are not to the same request.</small></p></section>`
}

function column(arm: string, answers: readonly ShownAnswer[], why: string | null): Html {
  return html`<div><h3>${arm}</h3>${answers.length === 0 ? html`<p class="muted">none${why === null ? '' : `: ${why}`}</p>` : answers.map(answerPart)}</div>`
}

const longest = 600

function answerPart({ outcome, score, storedAt, input, output, failed }: ShownAnswer): Html {
  return html`<article class="answer"><p><b>score ${score === null ? notKnown : formatScore(score)}</b> <small><code>${outcome}</code>, ${moment(storedAt)}</small></p>
<blockquote>${excerpt(output, longest)}</blockquote>
${failed.map(
  ({ item, quote, reasoning }) =>
    html`<p class="failed"><b>${item}</b>: no${reasoning === null ? undefined : html`. ${excerpt(reasoning, longest)}`}${quote === null ? undefined : html` <q>${excerpt(quote, longest)}</q>`}</p>`,
)}
<details><summary>What was asked</summary><pre tabindex="0">${excerpt(input, 3 * longest)}</pre></details></article>`
}
