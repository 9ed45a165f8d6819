import type { z } from 'zod'
import { type BackoffSettings, jitteredBackoffMs } from '../../backoff.ts'
import { SluiceError } from '../../errors.ts'
import { jsonIn } from '../../json.ts'
import { mayPass, retry } from '../../retry.ts'
import type { RemoteConnection } from './connection.ts'
import { RefusalError } from './refusal.ts'

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Each part is encoded. */
  path: readonly string[]
  query?: Record<string, string | number | undefined>
  body?: unknown
  accept?: string
  /** How long the server may take on top of the usual, in ms. */
  waitMs?: number
  /** The server may have to look at all of a log for it. */
  slow?: boolean
}

const retries = 4
/** The server answers every call within ten seconds, or says that it cannot. */
const patienceMs = 12_000
const slowPatienceMs = 60_000
/**
 * No attempt begins later than this after the first, in ms: whoever takes a version back must soon know whether it
 * worked.
 */
const longestMs = 15_000
const backoff: BackoffSettings = { firstMs: 100, longestMs: 5000 }

/**
 * Asks the control plane and checks its answer. A write carries one `Idempotency-Key` through all attempts, so that a
 * connection which broke at the wrong moment never makes it happen twice.
 * @throws RefusalError where the answer is no; SluiceError `cannot-run` where there is none, or not the expected one
 */
export async function call<T>(connection: RemoteConnection, request: Call, schema: z.ZodType<T>): Promise<T> {
  const text = await callForText(connection, request)
  const result = schema.safeParse(jsonIn(text))
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new SluiceError(
    'cannot-run',
    `${connection.url}: the answer is not what this Sluice expects (${faults.slice(0, 3).join('; ')}): are both of the same version?`,
    { cause: result.error },
  )
}

/** Calls the control plane where the answer is no JSON document. */
export async function callForText(connection: RemoteConnection, request: Call): Promise<string> {
  const { url, now, random, sleep } = connection
  const began = now()
  const { status, text, fault } = await retry({
    attempt: sender(connection, request),
    waitMs(answer, done) {
      const isLast = done === retries || now() - began > longestMs
      if (isLast || !(answer.status === none || mayPass(answer.status))) return undefined
      return answer.retryAfterMs ?? jitteredBackoffMs(backoff, done, random)
    },
    sleep,
  })
  if (status === none) throw unreachable(url, fault)
  if (status < 200 || status >= 300) throw new RefusalError(status, text, url)
  return text
}

interface Answer {
  status: number
  text: string
  retryAfterMs?: number
  /** Why there is no answer. */
  fault?: unknown
}

const none = 0

function sender(
  connection: RemoteConnection,
  { method, path, query = {}, body, accept, waitMs = 0, slow = false }: Call,
) {
  const { url, token, fetch, newKey } = connection
  const target = new URL(`${url}/${path.map(encodeURIComponent).join('/')}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) target.searchParams.set(name, String(value))
  const headers = {
    accept: accept ?? 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(method !== 'GET' && { 'idempotency-key': newKey() }),
  }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return async (): Promise<Answer> => {
    try {
      const signal = AbortSignal.timeout((slow ? slowPatienceMs : patienceMs) + waitMs)
      const response = await fetch(target, { method, headers, ...content, signal, redirect: 'error' })
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      const wait = Number.isFinite(seconds) ? { retryAfterMs: Math.min(backoff.longestMs, 1000 * seconds) } : {}
      return { status: response.status, text: await response.text(), ...wait }
    } catch (fault) {
      return { status: none, text: '', fault }
    }
  }
}

function unreachable(url: string, fault: unknown): SluiceError {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new SluiceError(
    'cannot-run',
    `${url}: no control plane answers there (${code}). Start one with sluice serve, or set SLUICE_URL to where it runs.`,
    { cause: fault },
  )
}
