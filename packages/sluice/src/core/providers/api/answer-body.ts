import { z } from 'zod'

const text = z.string().min(1).optional().catch(undefined)
const fault = z.unknown().optional()

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
        content_filter_results: z
          .record(z.string(), z.looseObject({ filtered: z.unknown() }).nullable().catch(null))
          .optional()
          .catch(undefined),
        message: z.looseObject({ refusal: text }).optional().catch(undefined),
      }),
    )
    .optional()
    .catch(undefined),
  output: z
    .array(
      z.looseObject({
        type: text,
        status: text,
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
  /** What Azure's filter took out of it, e.g. `hate`. */
  filtered?: string | undefined
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
    error: failureOf(choice?.error) ?? failureOf(data.error),
    refusal: choice?.message?.refusal ?? refusalIn(data.output),
    filtered: Object.entries(choice?.content_filter_results ?? {}).find(([, found]) => found?.filtered === true)?.[0],
    nativeEnd: choice?.native_finish_reason,
    category: data.stop_details?.category,
    unfinished:
      data.object === 'response' ? unfinishedPart([{ ...data, type: 'message' }, ...(data.output ?? [])]) : undefined,
    fingerprint: data.system_fingerprint,
  }
}

/** How far a response, or a message in it, has come that is not whole. */
function unfinishedPart(parts: readonly { type?: string | undefined; status?: string | undefined }[]) {
  const said = parts.filter(({ type }) => type === 'message').map(({ status }) => status)
  return said.find((status) => status !== undefined && status !== 'completed')
}

function refusalIn(output: z.output<typeof bodySchema>['output'] = []): string | undefined {
  const parts = output.flatMap(({ content = [] }) => content.flatMap(({ refusal }) => refusal ?? []))
  return parts.length === 0 ? undefined : parts.join('')
}

/** What OpenAI's codes would be as a status. */
const statuses: Record<string, number> = { server_error: 500, rate_limit_exceeded: 429 }

/** An error says something; servers also write `null`, `false`, `{}` or empty fields where there was none. */
function failureOf(error: unknown): AnswerBody['error'] {
  if (!error) return undefined
  if (typeof error !== 'object') return { message: String(error) }
  if (!Object.values(error).some(Boolean)) return undefined
  const { message, code } = error as { message?: unknown; code?: unknown }
  const status = statuses[String(code)] ?? Number(code)
  const said = typeof message === 'string' && message !== '' ? message : JSON.stringify(error)
  return { message: said, ...(status >= 400 && status <= 599 && { status }) }
}

/**
 * The body of an answer with the list that the AI SDK insists on: one that was cut off before its first word may come with
 * `null` in the place of `output` (Responses) or `content` (Messages), or without it.
 */
export async function withList(answer: Response): Promise<Response> {
  const text = answer.ok ? await answer.clone().text() : ''
  const body = bodyOf(text)
  const list = body?.object === 'response' ? 'output' : body?.type === 'message' ? 'content' : undefined
  if (list === undefined || body?.[list] != null) return answer
  const { status, headers } = answer
  return new Response(JSON.stringify({ ...body, [list]: [] }), { status, headers })
}

function bodyOf(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? { ...body } : undefined
  } catch {
    return undefined
  }
}
