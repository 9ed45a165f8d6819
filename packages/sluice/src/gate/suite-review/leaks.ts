import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { textOf } from '../../core/suite/values/written.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount } from '../../text/format.ts'
import { findingAt, type ReviewedSuite } from './reviewed-suite.ts'
import { plainWords } from './similar-texts.ts'

/** So many words in a row do not stand in two texts by chance. */
const quoteWords = 8
/** A text of at least this many words leaks where the prompt holds all of it. */
const wholeWords = 4

/** Cases of which the prompt quotes the input or the expected answer: their score shows that the model can copy. */
export function reviewLeaks(suites: readonly ReviewedSuite[], { messages, target }: Prompt): ReviewArea {
  if (target !== undefined) {
    const says =
      'The application is measured, and its prompt is not known here: whether it quotes cases was not looked at.'
    return { area: 'leaks', state: 'unknown', says, findings: [] }
  }
  const prompt = messages.map(({ content }) => plainWords(content.replaceAll(/\{\{[^}]*\}\}/g, ' \u0000 ')))
  const quotes = new Map<string, number>()
  for (const [message, words] of prompt.entries()) {
    for (const run of runsOf(words)) if (!quotes.has(run)) quotes.set(run, message)
  }
  const whole = prompt.map((words) => ` ${words.join(' ')} `)
  let short = 0
  const findings = suites.flatMap((suite) =>
    suite.cases.flatMap((one) => {
      const found = textsOf(one).flatMap(({ what, text }): ReviewFinding[] => {
        const words = plainWords(text)
        if (words.length < wholeWords) {
          short += 1
          return []
        }
        const leak = leakOf(words, quotes, whole)
        return leak === undefined ? [] : [leakFinding(suite, one, what, leak)]
      })
      return found.slice(0, 1)
    }),
  )
  const left =
    short === 0 ? '' : ` ${formatAmount(short, 'text')} of fewer than ${wholeWords} words (e.g. labels) cannot tell.`
  const says = `Inputs and expected answers of which a message of the prompt holds ${quoteWords} words in a row, or the whole text.${left}`
  return { area: 'leaks', state: 'looked', says, findings }
}

function textsOf({ vars, expected }: Case): { what: string; text: string }[] {
  const inputs = Object.entries(vars).map(([name, value]) => ({ what: `its {{${name}}}`, text: textOf(value) }))
  return expected === undefined ? inputs : [{ what: 'its expected answer', text: expected }, ...inputs]
}

function* runsOf(words: readonly string[]): Generator<string> {
  for (let at = 0; at + quoteWords <= words.length; at += 1) yield words.slice(at, at + quoteWords).join(' ')
}

/** The words that both have, and the message that has them. */
function leakOf(words: readonly string[], quotes: ReadonlyMap<string, number>, whole: readonly string[]) {
  for (const run of runsOf(words)) {
    const message = quotes.get(run)
    if (message !== undefined) return { message, quote: run }
  }
  const all = words.join(' ')
  const message = words.length < quoteWords ? whole.findIndex((text) => text.includes(` ${all} `)) : -1
  return message < 0 ? undefined : { message, quote: all }
}

function leakFinding(suite: ReviewedSuite, one: Case, what: string, leak: { message: number; quote: string }) {
  return findingAt(suite, one, {
    code: 'leak',
    message: `message ${leak.message + 1} of the prompt quotes "${one.id}", ${what}: "${leak.quote}"`,
    action: 'take the quote out of the prompt, or replace the case: a model that copies it gets a full score',
    cases: [one.id],
  })
}
