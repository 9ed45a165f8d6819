import { z } from 'zod'
import { type RubricItem, rubricSchema, weightSchema } from '../../../records/rubric.ts'
import { checkSchema } from '../checks/check-entry.ts'
import type { CheckSpec } from '../checks/check-spec.ts'
import type { Message } from '../models/model.ts'
import {
  historySchema,
  referenceSchema,
  simulateSchema,
  type Turn,
  turnsSchema,
  type UserSimulation,
} from './conversation.ts'
import { type Mock, mocksSchema } from './mock.ts'

export const caseIdSchema = z.string().regex(/^[^\p{Cc}]+$/u, 'must not be empty or hold control characters')

export const tagsSchema = z
  .array(z.string().min(1))
  .meta({ description: 'Slices that are judged on their own.', examples: [['core', 'long']] })

/** What a case expects: an answer, or one of the ways in which there is none. */
export const expectationSchema = z.enum(['answer', 'refusal', 'truncated', 'noText'])

export type Expectation = z.output<typeof expectationSchema>

const quarantineSchema = z
  .strictObject({
    until: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-12-31')
      .refine((day) => !Number.isNaN(Date.parse(day)), 'there is no such day')
      .meta({ description: 'The last day of it. Afterwards the case counts again.', examples: ['2026-12-31'] }),
    reason: z
      .string()
      .min(1)
      .meta({ description: 'Why, for readers of every report.', examples: ['the sender changes its format'] }),
  })
  .meta({
    description:
      'Until a day, the case is asked and shown, but is no part of the verdict. Not for critical cases, nor where a check or question must pass.',
    examples: [{ until: '2026-12-31', reason: 'the sender changes its format' }],
  })

/** For how long, and why, a case is no part of the verdict. */
export type Quarantine = z.output<typeof quarantineSchema>

export const caseSchema = z
  .strictObject({
    id: caseIdSchema.meta({
      description: 'Unique within the suite; keep it stable, results are joined by it.',
      examples: ['late-order-03'],
    }),
    vars: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({
        description: 'Values for the {{variables}}; {file: mails/1.txt} is the text of a file, relative to the suite.',
        examples: [{ email: 'Where is order 1182?' }, { email: { file: 'mails/1.txt' } }],
      }),
    expected: referenceSchema.exactOptional(),
    expect: expectationSchema.exactOptional().meta({
      description:
        'refusal or noText: the case scores 1 when the model refuses, or says nothing; truncated: an answer that was cut off is scored as it is (default: that of the prompt, else answer).',
      examples: ['refusal'],
    }),
    messages: historySchema.exactOptional(),
    turns: turnsSchema.exactOptional(),
    simulate: simulateSchema.exactOptional(),
    onFailure: z
      .enum(['stop', 'continue'])
      .exactOptional()
      .meta({
        description:
          'Whether a conversation goes on after a turn whose score is below 1. After stop, turns that were never asked count 0 (default continue).',
        examples: ['stop'],
      }),
    checks: z
      .array(checkSchema)
      .default([])
      .meta({ description: "Checks beside the prompt's own.", examples: [[{ contains: 'invoice 1182' }]] }),
    rubric: rubricSchema.default([]).meta({
      description: "Questions for the judge beside the prompt's own.",
      examples: [[{ id: 'refund', ask: 'Does the output say that no refund is due?' }]],
    }),
    mocks: mocksSchema.exactOptional(),
    tags: tagsSchema.default([]),
    weight: weightSchema.default(1).meta({ description: 'Share in every mean (default 1).', examples: [2] }),
    critical: z
      .boolean()
      .default(false)
      .meta({
        description: 'This case may not regress: the change fails if it does, whatever the mean says (default false).',
        examples: [true],
      }),
    cluster: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'Name of a group of cases that depend on each other, e.g. variants of one mail; intervals become wider by it.',
        examples: ['mail-17'],
      }),
    holdout: z
      .boolean()
      .exactOptional()
      .meta({
        description:
          'Kept out of pull requests: only the nightly and suites that are asked for by name judge this case, so that nobody tunes the prompt to it (default false).',
        examples: [true],
      }),
    quarantine: quarantineSchema.exactOptional(),
    source: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .meta({ description: 'Where the case comes from, for readers.', examples: [{ ticket: 4711 }] }),
  })
  .meta({ title: 'Sluice golden case', description: 'One golden case.' })

/** One golden case, as its file has it: the prompt's checks and rubric are not merged in. */
export interface Case {
  id: string
  vars: Record<string, unknown>
  /** The reference answer. */
  expected?: string
  /** The expectation of this case; it overrides the prompt's. */
  expect?: Expectation
  /** What was said before, in place of the last message of the prompt; without turns the last one is the user's. */
  messages?: Message[]
  /** What the user says, turn by turn. */
  turns?: Turn[]
  /** A user that a model plays, in place of turns. */
  simulate?: UserSimulation
  /** Whether a conversation goes on after a turn that scored below 1; by default it does. */
  onFailure?: 'stop' | 'continue'
  checks: CheckSpec[]
  rubric: RubricItem[]
  /** Answers of tools, before those of the prompt. */
  mocks?: Mock[]
  tags: string[]
  /** > 0. */
  weight: number
  critical: boolean
  cluster?: string
  /** Kept out of the suite that pull requests run. */
  holdout?: boolean
  quarantine?: Quarantine
  source?: Record<string, unknown>
  /** The files that variables were read from; relative to the project's root, posix. */
  varFiles?: string[]
  /** The line in the suite's file, from 1. */
  line: number
}

/** A case in which variables that it does not set have the values of its prompt. */
export function withDefaults(testCase: Case, defaults: Readonly<Record<string, unknown>> | undefined): Case {
  return defaults === undefined ? testCase : { ...testCase, vars: { ...defaults, ...testCase.vars } }
}

/** Whether a case expects that no answer comes. */
export function isWithoutAnswer(expect: Expectation | undefined): boolean {
  return expect === 'refusal' || expect === 'noText'
}
