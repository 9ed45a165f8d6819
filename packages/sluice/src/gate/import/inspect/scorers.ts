import { isObject } from '../../../json.ts'
import type { Fidelity } from '../fidelity.ts'
import { type Data, listOf } from '../file-data.ts'
import type { CheckEntry, RubricEntry } from '../imported.ts'
import { escapeBraces, patternOf } from '../literal.ts'

/** A scorer of a task, with the arguments that it was made with. */
export interface Scorer {
  name: string
  options: Data
}

interface Scored {
  checks: CheckEntry[]
  rubric: RubricEntry[]
  outcome: Fidelity
  note: string
}

/**
 * The scorers that a log names: with their arguments in `eval.scorers`, else in its results, else by the samples'
 * scores.
 */
export function scorersOf(log: Data): Scorer[] {
  const spec = isObject(log.eval) ? listOf(log.eval.scorers) : []
  const results = isObject(log.results) ? listOf(log.results.scores) : []
  const named = (spec.length > 0 ? spec : results).flatMap((each): Scorer[] => {
    if (!isObject(each)) return []
    const name = String(each.scorer ?? each.name ?? '')
    const options = isObject(each.options) ? each.options : isObject(each.params) ? each.params : {}
    return [{ name: name.replace(/^inspect_ai\//, ''), options }]
  })
  if (named.length > 0) return [...new Map(named.map((scorer) => [scorer.name, scorer])).values()]
  const [sample] = listOf(log.samples)
  const scores = isObject(sample) && isObject(sample.scores) ? Object.keys(sample.scores) : []
  return scores.map((name) => ({ name, options: {} }))
}

const dropped = (note: string): Scored => ({ checks: [], rubric: [], outcome: 'dropped', note })
const approximated = (checks: CheckEntry[], note: string): Scored => ({
  checks,
  rubric: [],
  outcome: 'approximated',
  note,
})

/** What a built-in scorer looks for, by the targets of a sample. */
export function scorerChecks({ name, options }: Scorer, targets: readonly string[]): Scored {
  const texts = targets.map((target) => escapeBraces(target.trim())).filter((target) => target !== '')
  if (texts.length === 0) return dropped('the sample has no target')
  const letters = options.ignore_case === false ? { caseSensitive: true } : {}
  if (name === 'includes')
    return { checks: [{ containsAny: texts, ...letters }], rubric: [], outcome: 'same', note: '' }
  if (name === 'match')
    return matched(
      targets.map((target) => target.trim()),
      options,
      letters,
    )
  if (name === 'exact') return approximated([{ equalsAny: texts }], 'punctuation and articles make a difference here')
  if (name === 'choice')
    return approximated(
      [{ matches: choicePattern(targets) }],
      'the letter is looked for in the line "ANSWER: ..." or as the whole answer',
    )
  if (name === 'f1')
    return approximated(
      [{ similarity: { to: texts, metric: 'rouge-1', min: 0.5 } }],
      'passed from an F1 of 0.5 on; there its value counts',
    )
  if (/^model_graded_(?:qa|fact)$/.test(name)) return judged(name, options, targets)
  if (name === 'pattern' || name === 'answer')
    return dropped(`${name} takes a part out of the answer before it compares; write it as matches`)
  return dropped('code of the task, which is not run here: write it as a check of type command or module')
}

const punctuation = 'punctuation makes a difference here'

function matched(texts: readonly string[], { location = 'end', numeric }: Data, letters: CheckEntry): Scored {
  if (numeric === true) return dropped('it compares numbers; write it as matches or expression')
  const plain = texts.map(escapeBraces)
  if (location === 'any') return approximated([{ containsAny: plain, ...letters }], punctuation)
  if (location === 'exact') return approximated([{ equalsAny: plain, ...letters }], punctuation)
  const either = texts.map(patternOf).join('|')
  const pattern = location === 'begin' ? `^\\s*(?:${either})` : `(?:${either})[\\s\\p{P}]*$`
  return approximated(
    [{ matches: pattern, ...letters }],
    `the ${String(location)} of the answer, as a pattern; punctuation behind it is passed over`,
  )
}

function choicePattern(targets: readonly string[]): string {
  const letters = targets.flatMap((target) => target.match(/[A-Za-z]/g) ?? [])
  const list = letters.map(patternOf).join(String.raw`\s*,?\s*`)
  return String.raw`(?:ANSWER\s*:\s*|^\s*)${list}[\s.)]*$`
}

function judged(name: string, { instructions, partial_credit: partial }: Data, targets: readonly string[]): Scored {
  const reference = targets.join(' or ')
  const ask =
    name === 'model_graded_qa'
      ? `Does the output meet this criterion? ${reference}`
      : `Does the output contain the content of this expert answer, without contradicting it? ${reference}`
  const lost = [
    typeof instructions === 'string' ? 'its own instructions are gone' : '',
    partial === true ? 'there is no partial credit' : '',
  ].filter((text) => text !== '')
  return {
    checks: [],
    rubric: [{ ask }],
    outcome: 'approximated',
    note: ['a question for the judge of sluice.yaml, answered by yes or no', ...lost].join('; '),
  }
}
