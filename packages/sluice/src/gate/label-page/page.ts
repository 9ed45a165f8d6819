import { type Html, html } from '../../text/markup.ts'
import { visibleText } from '../../text/untrusted.ts'
import type { LabelAction, LabellingView, LabelQuestion } from '../labels/labelling.ts'
import { calibrateCommand, givenText, verdictNames } from './words.ts'

export interface LabelPage {
  feature: string
  labeller: string
  view: LabellingView
  progress: readonly string[]
  /** Why the last action was not done. */
  fault?: string | undefined
}

/** The page for one question, whole. Script and style are files of their own, so that nothing in it can act. */
export function labelPage({ feature, labeller, view, progress, fault }: LabelPage): string {
  const { question, position, questions } = view
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${question ? `${position} of ${questions}` : 'Done'} · ${feature} · Sluice</title>
<link rel="stylesheet" href="page.css">
<script src="page.js" defer></script>
</head>
<body>
<header class="progress"><progress value="${view.answered}" max="${Math.max(1, questions)}" aria-label="Questions with an answer"></progress><div>
<span><b>${feature}</b> · ${labeller}</span>
<span class="counted">${view.answered} of ${questions} answered</span>
${progress.map((each) => html`<span class="needed">${each}</span>`)}
</div></header>
<main>
${fault === undefined ? undefined : html`<p class="fault" role="alert">${fault}</p>`}
${question ? questionPart(question, view) : endPart(feature, view)}
</main>
${keys(view)}
</body>
</html>
`
  return markup
}

function questionPart({ ask, item, case: id, parts, input, expected }: LabelQuestion, { given }: LabellingView): Html {
  const inputs = Object.entries(input)
  return html`<div class="asked"><h1 tabindex="-1">${ask}</h1>
<p class="muted">${item} · case ${id}${given === undefined ? undefined : html` · <b class="given">${givenText(given)}</b>`}</p></div>
<div class="texts">
<div class="about">${parts.map(({ title, text }) => html`<section class="text output"><h2>${title}</h2><pre tabindex="0">${shownText(text)}</pre></section>`)}</div>
<div class="beside">
${expected === undefined ? undefined : html`<section class="text expected"><h2>Reference</h2><pre>${shownText(expected)}</pre></section>`}
${inputs.map(([name, text]) => html`<section class="text input"><h2>Input <span>${name}</span></h2><pre>${shownText(text)}</pre></section>`)}
</div></div>`
}

/**
 * An empty text is a text too. A line break at the start would be lost in a `pre`. A character that turns the direction
 * of the text round is shown, so that people read what the judge reads.
 */
function shownText(text: string): string {
  return text === '' ? '(empty)' : `\n${visibleText(text)}`
}

function endPart(feature: string, { answered, questions }: LabellingView): Html {
  const open = questions - answered
  return html`<div class="asked end"><h1 tabindex="-1">${open === 0 ? 'Every question has an answer.' : 'You have seen every question.'}</h1>
<p>${answered} of ${questions} are answered${open === 0 ? '' : `; ${open} are open, and the next start asks them again`}.</p>
<p>Next: commit the folder <code>labels</code>, then <code>${calibrateCommand(feature)}</code>.</p></div>`
}

const buttons: { action: LabelAction; key: string; cap: string; name: string }[] = [
  { action: 'yes', key: 'y', cap: 'y', name: 'Yes' },
  { action: 'no', key: 'n', cap: 'n', name: 'No' },
  { action: 'unclear', key: 'u', cap: 'u', name: 'Rubric does not say' },
  { action: 'skip', key: 's', cap: 's', name: 'Skip' },
  { action: 'undo', key: 'z', cap: 'z', name: 'Undo' },
  { action: 'back', key: 'ArrowLeft', cap: '←', name: 'Back' },
  { action: 'forward', key: 'ArrowRight', cap: '→', name: 'Forward' },
]

function keys({ question, position, questions, given, canUndo }: LabellingView): Html {
  const isIdle: Partial<Record<LabelAction, boolean>> = {
    ...(!question && { yes: true, no: true, unclear: true, skip: true }),
    undo: !canUndo,
    back: position <= 1,
    forward: position > questions,
  }
  const shown = buttons.map(({ action, key, cap, name }) => {
    const off = isIdle[action] ? html` disabled` : undefined
    const pressed = action in verdictNames ? html` aria-pressed="${String(given === action)}"` : undefined
    return html`<button class="${action}" name="action" value="${action}" data-key="${key}"${pressed}${off}>${name} <kbd>${cap}</kbd></button>`
  })
  return html`<div class="keys" role="toolbar" aria-label="Answer"><form method="post" action="answer"><input type="hidden" name="position" value="${position}">${shown}</form></div>`
}
