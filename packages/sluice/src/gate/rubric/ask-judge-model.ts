import { z } from 'zod'
import type { Ask } from '../../core/answers/ask.ts'
import type { ModelRequest } from '../../core/providers/provider.ts'
import { answerObject } from '../../core/scorers/judge/answer-object.ts'
import { fence } from '../../core/scorers/judge/fence.ts'
import { JudgeError } from '../../core/scorers/judge/judge-error.ts'
import { materialRules, reminder } from '../../core/scorers/judge/material.ts'
import type { JudgeMember } from '../../core/suite/config/judge-settings.ts'
import type { RubricItem } from '../../records/rubric.ts'
import type { RunSession } from '../run/session.ts'
import { wordingFault, wordingsPerItem } from './rewordings.ts'

/** The model of the judge that words questions, and the way to it. */
export interface WordingModel {
  member: JudgeMember
  ask: Ask<ModelRequest>
  session: Pick<RunSession, 'judgeModes' | 'isKept'>
}

const textSchema = { type: 'string' }

/** An item in other words. @throws JudgeError for an answer of no use, ProviderError without one */
export async function reworded({ id, ask }: RubricItem, model: WordingModel): Promise<string[]> {
  const names = Array.from({ length: wordingsPerItem }, (_, index) => `wording${index + 1}`)
  const answer = await askForTexts(names, model, {
    caseId: `rewordings of ${id}`,
    system: `You reword a yes-or-no question about the output of an AI application. Write it ${wordingsPerItem} times in other words. Each must be answered with yes for exactly the same outputs as the question itself: no stricter, no milder, nothing added, nothing left out. Change words and order as far as that allows; no two may be alike. Keep the language of the question.

Answer with JSON alone: {${names.map((name) => `"${name}": "..."`).join(', ')}}`,
    user: ask,
    check: (texts) => wordingFault({ ask, rewordings: texts }),
  })
  return answer
}

export interface ContestedOutput {
  text: string
  /** Who says what. */
  said: readonly string[]
}

/** A wording of an item that would decide outputs on which opinions differ. @throws as `reworded` */
export async function proposedWording(
  { id, ask }: Pick<RubricItem, 'id' | 'ask'>,
  contested: readonly ContestedOutput[],
  model: WordingModel,
  nonce: string,
): Promise<string> {
  const shown = contested.map(
    ({ text, said }, index) =>
      `${fence(`OUTPUT ${index + 1}`, text, nonce)}\n${fence('OPINIONS', said.join('\n'), nonce)}`,
  )
  const [question = ''] = await askForTexts(['question'], model, {
    caseId: `proposal for ${id}`,
    nonce,
    system: `People and judges answer a yes-or-no question about outputs of an AI application, and do not agree, because the question leaves something open. Find what it leaves open, and write the question anew, so that it decides these outputs one way. Where the opinions give no majority, choose the stricter reading. At most two sentences, in the language of the question.

${materialRules(nonce)}

Answer with JSON alone: {"question": "..."}`,
    user: `${fence('QUESTION', ask, nonce)}\n\n${shown.join('\n\n')}\n\n${reminder}`,
    check: ([text = '']) => (text.trim() === ask.trim() ? 'it is the question as it was' : undefined),
  })
  return question
}

interface TextsWanted {
  caseId: string
  system: string
  user: string
  nonce?: string
  /** Why the texts are of no use. */
  check(texts: string[]): string | undefined
}

async function askForTexts(names: string[], { member, ask, session }: WordingModel, wanted: TextsWanted) {
  const schema = { type: 'object', properties: Object.fromEntries(names.map((name) => [name, textSchema])) }
  const request: ModelRequest = {
    model: member.model,
    messages: [
      { role: 'system', content: wanted.system },
      { role: 'user', content: wanted.user },
    ],
    parameters: {
      temperature: 0,
      ...(member.parameters.maxCompletionTokens === undefined && { maxTokens: 1500 }),
      ...member.parameters,
    },
    format: {
      type: 'json_schema',
      name: 'wordings',
      schema: { ...schema, required: names, additionalProperties: false },
    },
    ...(wanted.nonce !== undefined && { nonce: wanted.nonce }),
  }
  const read = (output: string) => {
    const [first = '', ...more] = names
    const found = z
      .record(z.string(), z.unknown())
      .safeParse(answerObject(output, { keys: [first, ...more], material: [] }))
    const texts = names.map((name) => found.data?.[name])
    if (!texts.every((text) => typeof text === 'string' && text.trim() !== ''))
      throw new JudgeError(`${member.model}, ${wanted.caseId}: the answer lacks one of ${names.join(', ')}`)
    const fault = wanted.check(texts as string[])
    if (fault !== undefined) throw new JudgeError(`${member.model}, ${wanted.caseId}: ${fault}`)
    return texts as string[]
  }
  const question = { caseId: wanted.caseId, repeat: 1 }
  const completion = await session.judgeModes.ask(request, {
    ask: (each) => ask(each, { ...question, verify: (answer) => void read(answer.output) }),
    isKept: (each) => session.isKept(each, 1),
  })
  return read(completion.output)
}
