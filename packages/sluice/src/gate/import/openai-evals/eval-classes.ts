import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import type { Fidelity } from '../fidelity.ts'
import { type Data, parseData } from '../file-data.ts'
import type { CheckEntry } from '../imported.ts'
import { escapeBraces, patternOf } from '../literal.ts'

interface Graded {
  checks: CheckEntry[]
  outcome: Fidelity
  note: string
}

/** What a class of evals does with an answer. */
export interface Grader {
  name: string
  /** `ideals` are the right answers as texts, `ideal` is the field as it stands. */
  checksOf(ideals: readonly string[], ideal: unknown): Graded
  /** Judges with choices, which are those of the prompt. */
  evaluators: Data[]
}

const letters = { caseSensitive: true }
const noIdeal: Graded = { checks: [], outcome: 'dropped', note: 'the sample has no ideal' }

/** @throws SluiceError `invalid-input` for a class that cannot be translated, with the reason */
export async function graderOf(
  className: string,
  args: Data,
  modelgraded: (name: string) => Promise<string>,
): Promise<Grader> {
  const name = className.split(':').at(-1) ?? className
  const path = className.split(':')[0] ?? ''
  if (name === 'ModelBasedClassify') return judged(args, modelgraded)
  const isOwn = /^evals\.elsuite\.basic\.\w+$/.test(path)
  const checksOf = isOwn && Object.hasOwn(basic, name) ? basic[name] : undefined
  if (checksOf === undefined)
    throw invalidInput(`${className} is code, which is not run here; write it as a check of type command or module`)
  return {
    name,
    evaluators: [],
    checksOf: (ideals, ideal) =>
      name !== 'JsonValidator' && (ideals.length === 0 || ideals.includes(''))
        ? noIdeal
        : checksOf(ideals, ideal, args),
  }
}

const basic: Record<string, (ideals: readonly string[], ideal: unknown, args: Data) => Graded> = {
  Match: (ideals) => ({
    checks: [{ matches: `^(?:${ideals.map(patternOf).join('|')})`, ...letters }],
    outcome: 'same',
    note: 'the answer begins with one of the ideals, as a pattern',
  }),
  Includes: (ideals, _, { ignore_case: ignored }) => ({
    checks: [{ containsAny: ideals.map(escapeBraces), ...(ignored === true ? {} : letters) }],
    outcome: 'same',
    note: '',
  }),
  FuzzyMatch: (ideals) => ({
    checks: [{ containsAny: ideals.map(escapeBraces) }],
    outcome: 'approximated',
    note: 'the answer holds an ideal; there an ideal that holds the answer passes too, and articles and punctuation make no difference',
  }),
  JsonMatch: (ideals) => jsonMatch(ideals),
  JsonValidator: () => ({ checks: [{ json: true }], outcome: 'same', note: '' }),
}

function jsonMatch(ideals: readonly string[]): Graded {
  const [first, ...others] = ideals
  if (first === undefined || others.length > 0)
    return { checks: [], outcome: 'dropped', note: 'one of several JSON values; write it as expression' }
  try {
    return { checks: [{ jsonPath: { path: '$', equals: JSON.parse(first) as unknown } }], outcome: 'same', note: '' }
  } catch {
    return { checks: [], outcome: 'dropped', note: 'its ideal is no JSON' }
  }
}

/** A judge who picks one of several answers, which have scores. */
async function judged(args: Data, modelgraded: (name: string) => Promise<string>): Promise<Grader> {
  const reference = args.modelgraded_spec ?? args.modelgraded_spec_file
  if (args.metaeval === true) throw invalidInput('a test of the judge and not of answers: label them with sluice label')
  if (args.multicomp_n !== undefined && args.multicomp_n !== 1)
    throw invalidInput('it compares several answers with each other')
  if (typeof reference !== 'string' || !/^[\w.-]+$/.test(reference)) throw invalidInput('it names no modelgraded_spec')
  const file = parseData(await modelgraded(reference), `${reference}.yaml`)
  const spec = isObject(file) && isObject(file[reference]) ? file[reference] : file
  if (!isObject(spec)) throw invalidInput(`${reference}.yaml is no map`)
  const { prompt, choice_strings: given, choice_scores: scores } = spec
  if (typeof prompt !== 'string') throw invalidInput(`the prompt of ${reference} is no text`)
  const choices = typeof given === 'string' ? [...given] : Array.isArray(given) ? given.map(String) : []
  const name = `modelgraded ${reference}`
  const scored = choiceScores(choices, scores)
  const note = 'its choices have no scores, so that nothing says what is good'
  if (scored === undefined) return { name, evaluators: [], checksOf: () => ({ checks: [], outcome: 'dropped', note }) }
  const text = pythonTemplate(withArgs(prompt, args.modelgraded_spec_args))
  if (text === undefined) throw invalidInput(`the prompt of ${reference} has a placeholder that is no name`)
  const evaluators = [
    { name: reference, llm: { prompt: text.replaceAll('{{ideal}}', '{{expected}}'), choices: scored.choices } },
  ]
  const graded: Graded = {
    checks: [],
    outcome: scored.isScaled ? 'approximated' : 'same',
    note: scored.isScaled
      ? 'its scores are stretched to 0 to 1'
      : 'a judge with choices; the model is the judge of sluice.yaml',
  }
  return { name, evaluators, checksOf: () => graded }
}

/** Values for the placeholders of a judge's prompt. */
function withArgs(prompt: string, args: unknown): string {
  if (!isObject(args)) return prompt
  return Object.entries(args).reduce(
    (text, [key, value]) =>
      text.replaceAll(`{${key}}`, () => String(value).replaceAll('{', '{{').replaceAll('}', '}}')),
    prompt,
  )
}

/** A template of Python's `str.format` as one of ours; undefined where a placeholder is more than a name. */
function pythonTemplate(text: string): string | undefined {
  const parts: string[] = []
  let literal = ''
  for (const [token] of text.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g)) {
    const name = /^\{([^{}]*)\}$/.exec(token)?.[1]
    if (name === undefined) literal += token === '{{' ? '{' : token === '}}' ? '}' : token
    else if (/^[A-Za-z_]\w*$/.test(name)) {
      parts.push(escapeBraces(literal), `{{${name}}}`)
      literal = ''
    } else return undefined
  }
  return [...parts, escapeBraces(literal)].join('')
}

function choiceScores(choices: readonly string[], given: unknown) {
  const scores = choices.map((choice) =>
    Number(
      given === 'from_strings' ? choice : isObject(given) && Object.hasOwn(given, choice) ? given[choice] : Number.NaN,
    ),
  )
  if (scores.length === 0 || scores.some((score) => !Number.isFinite(score))) return undefined
  const isScaled = scores.some((score) => score < 0 || score > 1)
  const [least, most] = [Math.min(...scores), Math.max(...scores)]
  if (isScaled && least === most) return undefined
  const scaled = scores.map((score) => (isScaled ? (score - least) / (most - least) : score))
  return { isScaled, choices: choices.map((choice, index) => ({ choice, score: scaled[index] ?? 0 })) }
}
