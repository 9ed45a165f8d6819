import { z } from 'zod'

const text = z.string().min(1).optional().catch(undefined)
const fault = z
  .union([z.string().min(1), z.looseObject({ message: z.string(), code: z.unknown().optional() })])
  .optional()
  .catch(undefined)

/** What the body of an answer says that the AI SDK does not pass on. */
const bodySchema = z.looseObject({
  error: fault,
  object: text,
  status: text,
  system_fingerprint: text,
  stop_details: z.looseObject({ category: text }).optional().catch(undefined),
  choices: z
    .array(
      z.looseObject({
        error: fault,
        native_finish_reason: text,
        message: z.looseObject({ refusal: text }).optional().catch(undefined),
      }),
    )
    .optional()
    .catch(undefined),
  output: z
    .array(
      z.looseObject({
        content: z
          .array(z.looseObject({ refusal: text }))
          .optional()
          .catch(undefined),
      }),
    )
    .optional()
    .catch(undefined),
})

/** Parts of an answer's body, each absent where the provider has no such thing. */
export interface AnswerBody {
  /** A failure that was reported beside the answer, or instead of it. */
  error?: { message: string; status?: number } | undefined
  /** The words in which the model refuses. */
  refusal?: string | undefined
  /** How the answer ended for the provider behind a gateway. */
  nativeEnd?: string | undefined
  /** Why it was refused, e.g. `cyber`. */
  category?: string | undefined
  /** Of an answer that was not completed. */
  unfinished?: string | undefined
  fingerprint?: string | undefined
}

export function readAnswerBody(body: unknown): AnswerBody {
  const { data } = bodySchema.safeParse(body)
  if (!data) return {}
  const [choice] = data.choices ?? []
  return {
    error: failureOf(choice?.error ?? data.error),
    refusal: choice?.message?.refusal ?? refusalIn(data.output),
    nativeEnd: choice?.native_finish_reason,
    category: data.stop_details?.category,
    unfinished: data.object === 'response' && data.status !== 'completed' ? data.status : undefined,
    fingerprint: data.system_fingerprint,
  }
}

function refusalIn(output: z.output<typeof bodySchema>['output'] = []): string | undefined {
  const parts = output.flatMap(({ content = [] }) => content.flatMap(({ refusal }) => refusal ?? []))
  return parts.length === 0 ? undefined : parts.join('')
}

/** What OpenAI's codes would be as a status. */
const statuses: Record<string, number> = { server_error: 500, rate_limit_exceeded: 429 }

function failureOf(error: z.output<typeof fault>): AnswerBody['error'] {
  if (error === undefined) return undefined
  if (typeof error === 'string') return { message: error }
  const status = statuses[String(error.code)] ?? Number(error.code)
  return { message: error.message, ...(status >= 400 && status <= 599 && { status }) }
}
