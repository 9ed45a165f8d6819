import { isObject } from '../../../json.ts'
import type { RequestParameters } from '../../suite/models/model.ts'
import { Written } from '../../suite/values/written.ts'

type Fetch = typeof globalThis.fetch

export interface RequestBodyOptions {
  fetch: Fetch
  /** Added unchanged to every body; an object is merged with the one in the body. */
  parameters: RequestParameters
  /** The server's name for the answer's limit, if it may be either one; undefined if the kind has a fixed name. */
  limitName: LimitName | undefined
}

export type LimitName = 'max_tokens' | 'max_completion_tokens'

/** A `fetch` that completes the JSON bodies of model calls. */
export interface BodyFetch {
  fetch: Fetch
  /** Notes for the report on how requests were changed. */
  notes(): string[]
}

const otherName = { max_tokens: 'max_completion_tokens', max_completion_tokens: 'max_tokens' } as const

/**
 * Adds the configured parameters to a body. If a server refuses one name of the answer's limit, the same request is
 * sent once more with the other name. If that is accepted, it is used from then on.
 */
export function createBodyFetch({ fetch, parameters, limitName }: RequestBodyOptions): BodyFetch {
  let name = limitName
  const isComplete = (limit: LimitName | undefined) =>
    Object.keys(parameters).length === 0 && limit !== otherName.max_tokens
  const bodyOf = (text: string, limit: LimitName | undefined) =>
    isComplete(limit) ? text : JSON.stringify(merged(named(JSON.parse(text) as JsonObject, limit), parameters))
  return {
    notes: () =>
      name === limitName ? [] : [`the limit of the answer was sent as ${name}: the server refuses ${limitName}`],
    fetch: async (input, init = {}) => {
      const { body: text } = init
      if (typeof text !== 'string') return fetch(input, init)
      const used = name
      const answer = await fetch(input, { ...init, body: bodyOf(text, used) })
      if (used === undefined || !(await refuses(answer, used))) return answer
      const second = await fetch(input, { ...init, body: bodyOf(text, otherName[used]) })
      if (isRefusal(second)) return answer
      name = otherName[used]
      return second
    },
  }
}

type JsonObject = Record<string, unknown>

function isRefusal({ status }: Response): boolean {
  return status === 400 || status === 422
}

async function refuses(answer: Response, name: LimitName): Promise<boolean> {
  return isRefusal(answer) && new RegExp(`\\b${name}\\b`).test(await answer.clone().text())
}

/** The body with its limit under the given name. The AI SDK names it `max_tokens`. */
function named({ max_tokens: limit, ...body }: JsonObject, name: LimitName | undefined): JsonObject {
  if (limit === undefined) return body
  return { ...body, [name ?? 'max_tokens']: limit }
}

function merged(body: JsonObject, parameters: JsonObject): JsonObject {
  const result = { ...body }
  for (const [name, value] of Object.entries(parameters)) {
    const known = result[name]
    result[name] = isPlain(known) && isPlain(value) ? merged(known, value) : value
  }
  return result
}

function isPlain(value: unknown): value is JsonObject {
  return isObject(value) && !(value instanceof Written)
}
