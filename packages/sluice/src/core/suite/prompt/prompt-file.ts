import { z } from 'zod'
import { featureNameSchema } from '../../../records/names.ts'
import { maxStepsSchema } from '../../../records/prompt-version.ts'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../../records/rollout/rollout-settings.ts'
import { rubricSchema } from '../../../records/rubric.ts'
import { expectationSchema } from '../cases/case.ts'
import { mocksSchema } from '../cases/mock.ts'
import { checkSchema } from '../checks/check-entry.ts'
import { gateSettingsSchema } from '../config/gate-settings.ts'
import { writtenMessageSchema } from '../models/content-parts.ts'
import { defaultJudge } from '../models/default-judge.ts'
import { modelIdSchema, modelParametersSchema } from '../models/model.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { choiceEvaluatorSchema } from './choice-judge.ts'
import { inputsSchema } from './inputs.ts'
import { targetSchema } from './target-file.ts'
import { toolChoiceSchema, toolsSchema } from './tools.ts'

const jsonSchemaSchema = z
  .union([z.string(), z.record(z.string(), z.unknown())], {
    error: 'expected a JSON Schema as a map, or as a JSON string',
  })
  .superRefine(refuseNotJson)

/** Names of the ready-made judges of GitHub Models. */
const readyMadeJudges = ['similarity', 'coherence', 'fluency', 'relevance', 'groundedness'] as const

const stringEvaluatorSchema = z.strictObject({
  equals: z
    .string()
    .exactOptional()
    .meta({ description: 'The output is this text, upper and lower case told apart.', examples: ['yes'] }),
  contains: z
    .string()
    .exactOptional()
    .meta({ description: 'The output contains this text; upper and lower case are alike.', examples: ['invoice'] }),
  startsWith: z
    .string()
    .exactOptional()
    .meta({ description: 'The output starts with this text; upper and lower case are alike.', examples: ['Summary:'] }),
  endsWith: z
    .string()
    .exactOptional()
    .meta({
      description: 'The output ends with this text; upper and lower case are alike.',
      examples: ['Kind regards'],
    }),
})

export type ReadyMadeJudge = (typeof readyMadeJudges)[number]

const evaluatorSchema = z.strictObject({
  name: z
    .string()
    .exactOptional()
    .meta({
      description: 'Name in reports (default: the comparison, or evaluator-<number>).',
      examples: ['mentions the invoice'],
    }),
  string: stringEvaluatorSchema
    .exactOptional()
    .meta({ description: 'Compares the output with a text.', examples: [{ contains: 'invoice' }] }),
  llm: choiceEvaluatorSchema.exactOptional().meta({
    description: 'Asks a model to choose between answers.',
    examples: [
      {
        prompt: 'Is this a good summary? {{completion}}',
        choices: [
          { choice: 'good', score: 1 },
          { choice: 'bad', score: 0 },
        ],
      },
    ],
  }),
  uses: z
    .enum(readyMadeJudges.map((name) => `github/${name}` as const))
    .exactOptional()
    .meta({
      description: 'A ready-made judge; it becomes a rubric item of the same meaning.',
      examples: ['github/relevance'],
    }),
})

export type EvaluatorEntry = z.output<typeof evaluatorSchema>

/** What GitHub's files and ours have in common. */
export const githubShape = {
  name: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: "The feature's name (default: the file's name).", examples: ['email-summary'] }),
  description: z
    .string()
    .exactOptional()
    .meta({ description: 'What the prompt is for, for readers.', examples: ['Summarises an e-mail for the inbox.'] }),
  model: modelIdSchema.exactOptional().meta({
    description: 'provider:model; provider/model is accepted (default: `model` of sluice.yaml).',
    examples: [defaultJudge.model],
  }),
  modelParameters: modelParametersSchema.exactOptional(),
  messages: z
    .array(writtenMessageSchema)
    .min(1)
    .meta({
      description: 'The conversation sent to the model; required unless there is a target.',
      examples: [
        [
          { role: 'system', content: 'You summarise e-mails in two sentences.' },
          { role: 'user', content: '{{email}}' },
        ],
      ],
    }),
  responseFormat: z
    .enum(['text', 'json_object', 'json_schema'])
    .exactOptional()
    .meta({ description: 'Form of the answer that the model is asked for (default text).', examples: ['json_schema'] }),
  jsonSchema: jsonSchemaSchema.exactOptional().meta({
    description: 'For json_schema: {name, schema}, or the bare schema; a map or a JSON string.',
    examples: [{ type: 'object', properties: { total: { type: 'number' } }, required: ['total'] }],
  }),
  testData: z
    .array(z.record(z.string(), z.unknown()))
    .exactOptional()
    .meta({
      description:
        'Cases inline, for a prompt without suites: every key is a variable, expected is the reference answer.',
      examples: [[{ email: 'Please pay invoice 1182.', expected: 'Asks to pay invoice 1182.' }]],
    }),
  evaluators: z
    .array(evaluatorSchema)
    .exactOptional()
    .meta({
      description: "Checks and judges in GitHub's form.",
      examples: [[{ name: 'mentions the invoice', string: { contains: 'invoice' } }, { uses: 'github/relevance' }]],
    }),
}

export const suitesSchema = z.record(z.string().min(1), z.string().min(1))

/** The native file: GitHub's with `sluice: 1` and more keys. */
export const promptSchema = z
  .strictObject({
    sluice: z.literal(1).meta({
      description:
        'Version of the format. It makes an unknown {{variable}} an error, and allows the keys that GitHub does not know.',
      examples: [1],
    }),
    ...githubShape,
    name: featureNameSchema
      .exactOptional()
      .meta({ description: "The feature's name (default: the file's name).", examples: ['email-summary'] }),
    version: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: 'A label for people; no part of the version.', examples: ['3.1'] }),
    messages: githubShape.messages.exactOptional(),
    suites: suitesSchema.exactOptional().meta({
      description:
        'Files of golden cases by name, relative to this file. fast is for pull requests, full for nights; --suite takes any.',
      examples: [{ fast: '../evals/email-summary.yaml', full: '../evals/email-summary-full.jsonl' }],
    }),
    inputs: inputsSchema.exactOptional().meta({
      description: 'What the variables must be, by name; cases and applications are held to it. Part of the version.',
      examples: [{ mail: { type: 'string' }, language: { type: 'string', enum: ['de', 'en'], default: 'en' } }],
    }),
    defaults: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .meta({
        description: 'Values of variables for cases that do not set them; no part of the version.',
        examples: [{ language: 'English' }],
      }),
    tools: toolsSchema.exactOptional().meta({
      description:
        'Tools that the model may call; the run goes on until it answers without a call. Mocks answer the calls. Part of the version.',
      examples: [
        [
          {
            name: 'lookup_order',
            description: 'Finds an order by its number.',
            parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
          },
        ],
      ],
    }),
    toolChoice: toolChoiceSchema.exactOptional().meta({
      description:
        'What the first message of the model must do: auto, required, none, or {name} for one tool; afterwards it chooses (default auto).',
      examples: ['required', { name: 'lookup_order' }],
    }),
    maxSteps: maxStepsSchema.exactOptional().meta({
      description:
        'The most messages of the model until it answers without a call; a case that needs more has no score (default 10).',
      examples: [5],
    }),
    mocks: mocksSchema.exactOptional(),
    checks: z
      .array(checkSchema)
      .exactOptional()
      .meta({ description: 'Checks of every output.', examples: [[{ contains: 'invoice' }, { maxWords: 180 }]] }),
    rubric: rubricSchema.exactOptional().meta({
      description: 'Questions to the judge about every output.',
      examples: [[{ id: 'actions', ask: 'Does the summary state every action item of the e-mail?', weight: 3 }]],
    }),
    expect: expectationSchema.exactOptional().meta({
      description:
        'What cases expect that say nothing themselves: an answer, a refusal, an answer that was cut off, or none (default answer).',
      examples: ['refusal'],
    }),
    reasoning: z
      .enum(['strip', 'keep'])
      .exactOptional()
      .meta({
        description:
          'Whether reasoning that an answer begins with, e.g. <think>..</think>, is taken off before scoring (default: where the model is known to write it, or nobody asked for it).',
        examples: ['strip'],
      }),
    gate: gateSettingsSchema
      .omit({ budgetUsd: true, guard: true, judge: true })
      .exactOptional()
      .meta({
        description:
          'Overrides the gate of sluice.yaml; the budget, the guard and what the judge has to reach are those of the whole run, so they stay there.',
        examples: [{ threshold: 0.95, margin: 0.02 }],
      }),
    target: targetSchema.exactOptional(),
    rollout: rolloutSettingsSchema.exactOptional(),
    live: liveSettingsSchema.exactOptional(),
    production: z
      .boolean()
      .exactOptional()
      .meta({ description: 'In production, hence part of sluice nightly (default true).', examples: [false] }),
  })
  .superRefine(({ messages, target }, context) => {
    if (messages !== undefined || target !== undefined) return
    context.addIssue({ code: 'custom', path: ['messages'], message: 'missing; expected a list of messages' })
  })
  .meta({ title: 'Sluice prompt file', description: 'One feature: its prompt, its checks and its cases.' })

/** A prompt file of either kind once it is valid: GitHub's is the native one without the keys that it does not know. */
export type PromptFile = Omit<z.output<typeof promptSchema>, 'sluice'>
