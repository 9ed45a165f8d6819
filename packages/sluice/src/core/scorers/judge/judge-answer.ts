import { z } from 'zod'
import type { JudgedItem } from '../../../records/report/case-detail.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import { lostAnswer, lostReason } from '../../providers/lost-answer.ts'
import type { Completion } from '../../providers/provider.ts'
import type { ChoiceJudge } from '../../suite/prompt/choice-judge.ts'
import { quoted } from '../checks/quoted.ts'
import { answerObject, type ObjectWanted } from './answer-object.ts'
import { JudgeError } from './judge-error.ts'
import type { Material } from './material.ts'
import { quoteFinder } from './quote-finder.ts'
import { seenBy, seesMore, shownPart, textsOf } from './reported-parts.ts'

const rubricAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      evidence: z.string(),
      reasoning: z.string(),
      verdict: z.enum(['yes', 'no', 'cannot_tell']),
    }),
  ),
})
const choiceAnswer = z.object({ reasoning: z.string(), choice: z.string() })

const scores = { yes: { score: 1 }, no: { score: 0 }, cannot_tell: {} }

/**
 * The items of a rubric as the judge answered them, in the order of the rubric.
 * @throws JudgeError unless the answer holds the JSON that was asked for once, with every id once and no other.
 */
export function readRubricAnswer(
  completion: Completion,
  rubric: readonly RubricItem[],
  material: Material,
): JudgedItem[] {
  const { items } = readJudgeAnswer(completion, rubricAnswer, {
    keys: ['items', 'id', 'evidence', 'reasoning', 'verdict'],
    material: shownText(material),
  })
  const ids = items.map(({ id }) => id)
  refuse('twice', [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))])
  refuse(
    'though nobody asked it',
    ids.filter((id) => !rubric.some((asked) => asked.id === id)),
  )
  const occurs = evidenceFinder(rubric, material)
  return rubric.map(({ id, must, weight }) => {
    const answer = items.find((item) => item.id === id)
    if (!answer) throw new JudgeError(`the answer leaves out "${id}"`)
    const { verdict, evidence, reasoning } = answer
    const evidenceFound = evidence.trim() === '' ? verdict !== 'yes' : occurs(evidence)
    return { id, verdict, ...scores[verdict], evidence, reasoning, evidenceFound, must, weight }
  })
}

/** The choice of an evaluator and its score. @throws JudgeError unless it is one of the choices, word for word. */
export function readChoiceAnswer(completion: Completion, judge: ChoiceJudge, material: Material): JudgedItem {
  const { name, choices, weight } = judge
  const { choice, reasoning } = readJudgeAnswer(completion, choiceAnswer, {
    keys: ['choice', 'reasoning'],
    material: shownText(material),
  })
  const chosen = choices.find((known) => known.choice === choice)
  if (!chosen) throw new JudgeError(`the answer chooses ${quoted(choice)}, which is not among the choices`)
  const { score } = chosen
  return { id: name, verdict: choice, score, evidence: '', reasoning, evidenceFound: true, must: false, weight }
}

/** Finds a quote in the parts that the items are about, as they were shown or as they are without JSON's marks. */
function evidenceFinder(rubric: readonly RubricItem[], material: Material): (quote: string) => boolean {
  const [first] = rubric
  if (!first || !seesMore(first)) return quoteFinder(material.output)
  const finders = seenBy(first).flatMap((part) => {
    const shown = part === 'output' ? material.output : shownPart(part, material.trace, first.id)
    return [quoteFinder(shown), quoteFinder(withoutEscapes(shown))]
  })
  return (quote) => finders.some((occurs) => occurs(quote) || occurs(withoutEscapes(quote)))
}

function withoutEscapes(json: string): string {
  return json.replaceAll(/\\[nrt]/g, ' ').replaceAll(/\\(["\\])/g, '$1')
}

function refuse(fault: string, ids: string[]): void {
  if (ids.length > 0) throw new JudgeError(`the answer has ${ids.map((id) => quoted(id)).join(', ')} ${fault}`)
}

/** @throws JudgeError unless the answer holds the JSON that was asked for once. */
export function readJudgeAnswer<T>(completion: Completion, schema: z.ZodType<T>, wanted: ObjectWanted): T {
  const { output, finishReason } = completion
  const lost = lostAnswer(completion)
  if (finishReason === 'length') {
    const detail = lost?.detail ? ` (${lost.detail})` : ''
    throw new JudgeError(`the answer was cut off${detail}; raise judge.parameters.maxTokens in sluice.yaml`)
  }
  if (lost) throw new JudgeError(`the answer was ${lostReason(lost)}`)
  const parsed = schema.safeParse(answerObject(output, wanted))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') || 'the answer'
  throw new JudgeError(`the answer is not as asked: ${place}: ${issue?.message}; it begins ${quoted(output)}`)
}

/** All that the judge is shown and might quote. */
export function shownText({ input, vars, expected = '', output, trace }: Material): string[] {
  const values = Object.values(vars).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const traceTexts = trace === undefined ? [] : textsOf(trace)
  return [...input.map(({ content }) => content), ...values, expected, output, ...traceTexts]
}
