import { z } from 'zod'
import { type RubricItem, rubricSchema } from '../../../records/rubric.ts'
import { checkSchema } from '../checks/check-entry.ts'
import { resolveModule } from '../checks/check-faults.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import { messageContentSchema, resolveMessages, writtenMessageSchema } from '../models/content-parts.ts'
import { defaultJudge } from '../models/default-judge.ts'
import { type Message, modelIdSchema, modelParametersSchema } from '../models/model.ts'
import type { ProjectFiles } from '../project-files.ts'
import { textOf } from '../values/written.ts'

/** A text, or any other value, which is compared and shown as the file has it. */
export const referenceSchema = z
  .unknown()
  .refine((value) => value !== null, 'empty; expected a text')
  .transform(textOf)
  .meta({
    type: ['string', 'number', 'boolean', 'array', 'object'],
    description: 'Reference answer, shown to the judge: a text, or any other value, which is taken as it is written.',
    examples: ['Asks to pay invoice 1182.'],
  })

/** `messages` of a case. */
export const historySchema = z
  .array(writtenMessageSchema)
  .min(1)
  .superRefine((messages, context) => {
    for (const [index, { role }] of messages.entries()) {
      if (role !== 'system') continue
      const message = 'a case holds what user and assistant said; instructions stand in the prompt'
      context.addIssue({ code: 'custom', path: [index, 'role'], message })
    }
  })
  .meta({
    description:
      'What user and assistant said before, and last the message of the user, as it is sent: {{name}} is not replaced. It stands in place of the last message of the user in the prompt.',
    examples: [
      [
        { role: 'user', content: 'Where is order 1182?' },
        { role: 'assistant', content: 'It is late. Do you want a refund?' },
        { role: 'user', content: 'Yes, please.' },
      ],
    ],
  })

const turnSchema = z.strictObject({
  user: messageContentSchema
    .refine((content) => (typeof content === 'string' ? content.trim() !== '' : content.length > 0), {
      error: 'a turn needs what the user says; remove the turn, or write its text',
    })
    .meta({
      type: ['string', 'array'],
      description: 'What the user says, as it is sent; or parts, as in messages of a prompt.',
      examples: ['Where is order 1182?'],
    }),
  expected: referenceSchema.exactOptional(),
  checks: z
    .array(checkSchema)
    .default([])
    .meta({ description: 'Checks of the answer to this turn.', examples: [[{ contains: '1182' }]] }),
  rubric: rubricSchema.default([]).meta({
    description: 'Questions for the judge about the answer to this turn.',
    examples: [[{ id: 'asks', ask: 'Does the output ask whether a refund is wanted?' }]],
  }),
})

/** `turns` of a case. */
export const turnsSchema = z
  .array(turnSchema)
  .min(1)
  .meta({
    description:
      'A conversation: what the user says, turn by turn, each asked with the answers so far. It stands in place of the last message of the user in the prompt.',
    examples: [
      [
        { user: 'Where is order 1182?', checks: [{ contains: '1182' }] },
        { user: 'Refund it, please.', rubric: [{ id: 'refund', ask: 'Does the output confirm the refund?' }] },
      ],
    ],
  })

const simulationSchema = z.strictObject({
  goal: z
    .string()
    .min(1)
    .meta({ description: 'What the simulated user wants.', examples: ['A refund for order 1182, which is late.'] }),
  persona: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'Who the simulated user is.', examples: ['Impatient, writes in short sentences.'] }),
  model: modelIdSchema.meta({ description: 'The model that plays the user.', examples: [defaultJudge.model] }),
  parameters: modelParametersSchema.exactOptional(),
  maxTurns: z
    .int()
    .min(1)
    .max(100)
    .exactOptional()
    .meta({
      description:
        'The most messages of the user. One who has not ended by then is an error, not a score (default 10).',
      examples: [6],
    }),
})

/** A user that a model plays. */
export type UserSimulation = z.output<typeof simulationSchema>

/** `simulate` of a case. */
export const simulateSchema = simulationSchema.meta({
  description:
    'A conversation with a user that a model plays until its goal is reached or given up. Checks and rubric of case and prompt are about the last answer; what the user does wrong is the state simulatorError.',
  examples: [{ goal: 'A refund for order 1182, which is late.', model: defaultJudge.model, maxTurns: 6 }],
})

/** One message of the user in a conversation, and what its answer is scored by. */
export interface Turn {
  user: Message
  expected?: string
  checks: CheckSpec[]
  rubric: RubricItem[]
}

interface WrittenConversation {
  messages?: z.output<typeof historySchema>
  turns?: z.output<typeof turnsSchema>
  simulate?: UserSimulation
}

interface ConversationPlace {
  files: ProjectFiles
  root: string
  folder: string
  source: Source
}

/** The messages and turns of a case with their files read, the paths of these files, and what is wrong. */
export async function resolveConversation(
  { messages, turns, simulate }: WrittenConversation,
  { files, root, folder, source }: ConversationPlace,
): Promise<{ conversation: { messages?: Message[]; turns?: Turn[] }; paths: string[]; faults: Diagnostic[] }> {
  if (messages === undefined && turns === undefined) return { conversation: {}, paths: [], faults: [] }
  const place = { files, folder, source, isOfCase: true }
  const before = await resolveMessages(messages ?? [], { ...place, at: ['messages'] })
  const faults = [...before.faults]
  const resolved: Turn[] = []
  for (const [index, { user, checks, ...turn }] of (turns ?? []).entries()) {
    const read = await resolveMessages([{ role: 'user', content: user }], { ...place, at: ['turns', index, 'user'] })
    faults.push(...read.faults)
    const specs = checks.map((spec) => resolveModule(spec, { root, folder }))
    for (const message of read.messages) resolved.push({ ...turn, user: message, checks: specs })
  }
  const isAsked = turns === undefined && simulate === undefined
  const wanted = isAsked ? 'user' : 'assistant'
  if (messages !== undefined && before.messages.at(-1)?.role !== wanted) {
    const what = isAsked ? 'the last message of a case is what the user asks' : 'turns follow an answer'
    const message = `${what}: end with a message of the ${wanted}`
    faults.push(located(source, ['messages', messages.length - 1], message))
  }
  const all = [...before.messages, ...resolved.map(({ user }) => user)]
  const paths = all.flatMap(({ parts = [] }) => parts.flatMap((part) => ('file' in part ? (part.file.path ?? []) : [])))
  if (turns && simulate) faults.push(located(source, ['simulate'], 'a case has either turns or a simulated user'))
  const conversation = { ...(messages && { messages: before.messages }), ...(turns && { turns: resolved }) }
  return { conversation, paths, faults }
}

/** The messages of a prompt that a case is sent: without the last one of the user where the case says what he said. */
export function promptMessages(
  messages: readonly Message[],
  { messages: own, turns, simulate }: Conversation,
): Message[] {
  if (own === undefined && turns === undefined && simulate === undefined) return [...messages]
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return messages.slice(0, last < 0 ? messages.length : last)
}

interface Conversation {
  messages?: Message[]
  turns?: Turn[]
  simulate?: UserSimulation
}
