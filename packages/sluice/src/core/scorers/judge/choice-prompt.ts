import type { Message, ResponseFormat } from '../../suite/models/model.ts'
import type { ChoiceJudge } from '../../suite/prompt/choice-judge.ts'
import { fillTemplate, variablesOf } from '../../suite/values/template.ts'
import { fence } from './fence.ts'
import { type Material, materialRules, reminder } from './material.ts'

/**
 * An evaluator's own prompt, with variables, `expected` and `completion` in it, each in a fence of its own. Where the
 * prompt does not mention the completion, it is appended: a judge must see what it judges.
 * @throws TemplateError for an unknown variable when strict.
 */
export function choiceMessages(judge: ChoiceJudge, material: Material, nonce: string, strict: boolean): Message[] {
  const { vars, expected, output } = material
  const template = variablesOf(judge.prompt).includes('completion') ? judge.prompt : `${judge.prompt}\n{{completion}}`
  const values = { ...vars, ...(expected === undefined ? {} : { expected }), completion: output }
  const shown = Object.entries(values).map(([name, value]) => [name, inFence(name, value, nonce)])
  return [
    { role: 'system', content: instructions(judge, nonce) },
    { role: 'user', content: `${fillTemplate(template, Object.fromEntries(shown), { strict })}\n\n${reminder}` },
  ]
}

/** The reasoning comes before the choice, so that the choice follows from it. */
export function choiceFormat({ choices }: ChoiceJudge): ResponseFormat {
  const properties = {
    reasoning: { type: 'string' },
    choice: { type: 'string', enum: choices.map(({ choice }) => choice) },
  }
  const schema = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
  return { type: 'json_schema', name: 'choice', schema }
}

function inFence(name: string, value: unknown, nonce: string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `\n${fence(name === 'completion' ? 'OUTPUT' : `VARIABLE ${name}`, text, nonce)}\n`
}

function instructions({ systemPrompt, choices }: ChoiceJudge, nonce: string): string {
  const list = choices.map(({ choice }) => JSON.stringify(choice)).join(', ')
  return `${systemPrompt ?? 'You examine one output of an AI application.'}

The user message asks you to choose one answer about material that it shows.

${materialRules(nonce)}

How to answer
- reasoning: one or two sentences that lead to the choice.
- choice: one of ${list}, word for word.
- Answer with JSON alone: {"reasoning": "...", "choice": "..."}`
}
