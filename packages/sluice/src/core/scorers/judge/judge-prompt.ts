import type { RubricItem } from '../../../records/rubric.ts'
import type { Message, ResponseFormat } from '../../suite/models/model.ts'
import { type Material, materialRules, reminder, showMaterial } from './material.ts'
import { seesMore } from './reported-parts.ts'
import { runMessages, shownQuestions } from './run-prompt.ts'

/**
 * The messages that ask all items of a rubric at once. The system message holds instructions and questions, the user's
 * message the material.
 */
export function rubricMessages(rubric: readonly RubricItem[], material: Material, nonce: string): Message[] {
  const [first] = rubric
  if (first && seesMore(first)) return runMessages(rubric, material, nonce)
  return [
    { role: 'system', content: instructions(rubric, nonce) },
    { role: 'user', content: `${showMaterial(material, nonce)}\n\n${reminder}` },
  ]
}

/** Evidence and reasoning come before the verdict, so that the verdict follows from them. */
export function rubricFormat(rubric: readonly RubricItem[]): ResponseFormat {
  const text = { type: 'string' }
  const properties = {
    id: { type: 'string', enum: rubric.map(({ id }) => id) },
    evidence: text,
    reasoning: text,
    verdict: { type: 'string', enum: ['yes', 'no', 'cannot_tell'] },
  }
  const item = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
  const schema = {
    type: 'object',
    properties: { items: { type: 'array', items: item } },
    required: ['items'],
    additionalProperties: false,
  }
  return { type: 'json_schema', name: 'rubric_answers', schema }
}

function instructions(rubric: readonly RubricItem[], nonce: string): string {
  return `You examine one output of an AI application and answer questions about it, each with yes, no or cannot_tell.

The user message holds the material: INPUT is what the application was asked, REFERENCE, where there is one, is one good answer among possible others, OUTPUT is what you examine.

${materialRules(nonce)}

How to answer
- Give one item for each question below, with its id. Leave none out, add none, give none twice.
- evidence: the shortest passage of the OUTPUT that decides the question, copied word for word, without the line prefix. Leave it empty where nothing in the OUTPUT decides, as when something is missing.
- reasoning: one or two sentences that lead from the evidence to the verdict.
- verdict: yes or no. A close call is still a yes or a no. cannot_tell is only for a question that the material gives no means to answer.
- Answer with JSON alone: {"items": [{"id": "...", "evidence": "...", "reasoning": "...", "verdict": "yes"}]}

The questions

${shownQuestions(rubric)}`
}
