import { z } from 'zod'
import { caseIdSchema } from './case.ts'

const tokens = z.int().min(0).nullish()

export const recordingSchema = z
  .strictObject({
    case: caseIdSchema.nullish().meta({ description: 'Id of the case that was answered.' }),
    request: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
      .nullish()
      .meta({ description: 'Hash of the exact request; the recording then answers that request only.' }),
    model: z
      .string()
      .min(1)
      .meta({ description: "What stands behind the provider's name, e.g. gpt-x in recorded:gpt-x." }),
    repeat: z.int().min(1).nullish().meta({ description: 'Which repeat this is, from 1.' }),
    output: z.string().nullish().meta({ description: 'What the model answered.' }),
    inputTokens: tokens,
    outputTokens: tokens,
    latencyMs: z.number().min(0).nullish().meta({ description: 'Milliseconds.' }),
    costUsd: z.number().min(0).nullish().meta({ description: 'USD.' }),
    error: z.string().min(1).nullish().meta({ description: 'The call failed with this message; there is no output.' }),
  })
  .meta({ title: 'Sluice recording', description: 'One recorded answer of a model.' })

/** One recorded answer; exactly one of `output` and `error` is set. */
export interface Recording {
  case?: string
  /** 64 hex: the recording answers this exact request only. */
  request?: string
  model: string
  /** From 1. */
  repeat?: number
  output?: string
  inputTokens?: number
  outputTokens?: number
  latencyMs?: number
  costUsd?: number
  error?: string
}

/** Where a recording stands. */
export interface RecordingPlace {
  file: string
  line: number
}
