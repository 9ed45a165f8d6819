import { z } from 'zod'
import { jsonIn } from '../../../json.ts'

const text = z.string().min(1).optional().catch(undefined)
const fault = z.unknown().optional()

/** The parts of an answer's body that the AI SDK does not pass on. */
const bodySchema = z.looseObject({
  error: fault,
  object: text,
  provider: text,
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

/** Parts of an answer's body. Each is undefined if the provider does not send it. */
export interface AnswerBody {
  /** A failure that was reported with the answer, or instead of it. */
  error?: { message: string; status?: number } | undefined
  /** The text with which the model refuses. */
  refusal?: string | undefined
  /** The category that Azure's filter found, e.g. `hate`. */
  filtered?: string | undefined
  /** The reason for the end that the provider behind a gateway gave. */
  nativeEnd?: string | undefined
  /** The category of a refusal, e.g. `cyber`. */
  category?: string | undefined
  /** The status of an answer that was not completed. */
  unfinished?: string | undefined
  fingerprint?: string | undefined
  /** Who ran the model, where a gateway says it. */
  host?: string | undefined
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
    host: data.provider,
  }
}

/** The first status other than `completed` of the response and its messages. */
function unfinishedPart(parts: readonly { type?: string | undefined; status?: string | undefined }[]) {
  const found = parts.filter(({ type }) => type === 'message').map(({ status }) => status)
  return found.find((status) => status !== undefined && status !== 'completed')
}

function refusalIn(output: z.output<typeof bodySchema>['output'] = []): string | undefined {
  const parts = output.flatMap(({ content = [] }) => content.flatMap(({ refusal }) => refusal ?? []))
  return parts.length === 0 ? undefined : parts.join('')
}

/** OpenAI's error codes as HTTP statuses. */
const statuses: Record<string, number> = { server_error: 500, rate_limit_exceeded: 429 }

/** The error of a body. Servers also send `null`, `false`, `{}` or empty fields if there was none. */
function failureOf(error: unknown): AnswerBody['error'] {
  if (!error) return undefined
  if (typeof error !== 'object') return { message: String(error) }
  if (!Object.values(error).some(Boolean)) return undefined
  const { message, code } = error as { message?: unknown; code?: unknown }
  const status = statuses[String(code)] ?? Number(code)
  const text = typeof message === 'string' && message !== '' ? message : JSON.stringify(error)
  return { message: text, ...(status >= 400 && status <= 599 && { status }) }
}

/**
 * The answer with the list that the AI SDK requires. An answer that was cut off before its first word may have `null`
 * for `output` (Responses) or `content` (Messages), or lack it.
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
  const body = jsonIn(text)
  return typeof body === 'object' && body !== null ? { ...body } : undefined
}
