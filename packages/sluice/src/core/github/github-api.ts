import { z } from 'zod'
import { type BackoffSettings, jitteredBackoffMs } from '../../backoff.ts'
import { jsonIn } from '../../json.ts'
import { shortestSecret } from '../../masking/secret-forms.ts'
import { retry } from '../../retry.ts'
import type { Sleep } from '../providers/clock.ts'
import { retryAfterMs } from '../providers/errors/retry-after.ts'

interface GithubErrorOptions extends ErrorOptions {
  limitMs?: number | undefined
}

/** A request that GitHub refused, or that did not reach it. */
export class GithubError extends Error {
  override readonly name = 'GithubError'
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined
  /** How long a rate limit asks to wait; undefined for any other refusal. */
  readonly limitMs: number | undefined

  constructor(message: string, status: number | undefined, { limitMs, ...options }: GithubErrorOptions = {}) {
    super(message, options)
    this.status = status
    this.limitMs = limitMs
  }

  /** Whether the request may have been carried out all the same. */
  get isUncertain(): boolean {
    return this.status === undefined || this.status >= 500
  }
}

interface GithubAnswer {
  data: unknown
  /** Whether a list goes on on the next page. */
  hasNext: boolean
}

export interface GithubApi {
  /** @throws GithubError */
  request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<GithubAnswer>
}

/** How GitHub is reached. */
export interface GithubConnection {
  fetch?: typeof globalThis.fetch
  sleep: Sleep
  /** In [0, 1). */
  random: () => number
  /** ms since the epoch. */
  now: () => number
}

export interface GithubApiOptions extends GithubConnection {
  url: string
  token: string
  /** All waits together, in ms; beyond them a request fails with what it would have to wait (default a minute). */
  longestWaitMs?: number
}

/** The address of github.com; an Enterprise server has its own. */
export const publicGithubApi = 'https://api.github.com'

/** GitHub refuses longer texts of comments, of pull requests and of checks, in characters. */
export const longestGithubText = 65_535

const retries = 3
const backoff: BackoffSettings = { firstMs: 600, longestMs: 60_000 }
/** A verdict is not held up for a comment longer than this. */
const defaultLongestWaitMs = 60_000
/** Where a limit does not say how long it lasts. */
const defaultLimitMs = 30_000
/** A request is given up after so long; GitHub may carry it out all the same. */
export const githubTimeoutMs = 15_000
const mostRedirects = 3
const longestMessage = 300
const messageSchema = z.object({ message: z.string() })

/**
 * GitHub's REST API. Waits out rate limits as the answer says, up to the longest wait, and tries again where the server
 * fails. A POST that may have been carried out is not sent twice.
 */
export function createGithubApi({
  url,
  token,
  fetch = globalThis.fetch,
  sleep,
  random,
  now,
  longestWaitMs = defaultLongestWaitMs,
}: GithubApiOptions): GithubApi {
  let waitedMs = 0
  const send = async (method: string, path: string, body: object | undefined): Promise<GithubAnswer | GithubError> => {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      'user-agent': 'sluice',
      ...(body && { 'content-type': 'application/json' }),
    }
    const signal = AbortSignal.timeout(githubTimeoutMs)
    const request = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) }
    try {
      let address = `${url}${path}`
      for (let redirects = 0; ; redirects += 1) {
        const response = await fetch(address, { ...request, redirect: 'manual' })
        const next = redirects < mostRedirects ? redirectOf(response, address, method) : undefined
        if (next === undefined) {
          const text = await response.text()
          if (!response.ok) return refusal(method, path, { response, text, token, now: now() })
          return { data: jsonIn(text), hasNext: /rel="next"/.test(response.headers.get('link') ?? '') }
        }
        address = next
      }
    } catch (cause) {
      return new GithubError(`${url} cannot be reached: ${reasonOf(cause)}`, undefined, { cause })
    }
  }
  return {
    async request(method, path, body) {
      const answer = await retry({
        attempt: () => send(method, path, body),
        waitMs(failed, done) {
          if (!(failed instanceof GithubError) || done === retries) return undefined
          const mayRepeat = failed.isUncertain && method !== 'POST'
          const ms = failed.limitMs ?? (mayRepeat ? jitteredBackoffMs(backoff, done, random) : undefined)
          return ms === undefined || waitedMs + ms > longestWaitMs ? undefined : ms
        },
        sleep(ms) {
          waitedMs += ms
          return sleep(ms, new AbortController().signal)
        },
      })
      if (answer instanceof GithubError) throw answer
      return answer
    },
  }
}

/** Where a repository that was renamed is now; the token goes to no other server. */
function redirectOf({ status, headers }: Response, from: string, method: string): string | undefined {
  const mayFollow = status === 307 || status === 308 || ((status === 301 || status === 302) && method === 'GET')
  const location = headers.get('location')
  const to = mayFollow && location !== null ? URL.parse(location, from) : null
  return to?.origin === new URL(from).origin ? to.href : undefined
}

interface Refused {
  response: Response
  text: string
  token: string
  now: number
}

/** What GitHub says is shown to people and kept, and a proxy may answer with what it was sent. */
function refusal(method: string, path: string, refused: Refused): GithubError {
  const { text, token } = refused
  const { status } = refused.response
  const detail = messageSchema.safeParse(jsonIn(text)).data?.message ?? text
  const shown = (token.length < shortestSecret ? detail : detail.replaceAll(token, '***')).slice(0, longestMessage)
  const message = `${method} ${path.split('?', 1)[0]}: ${status} ${shown}`
  return new GithubError(message, status, { limitMs: rateLimitMs(refused) })
}

/** How long a rate limit asks to wait; undefined when the refusal is none. */
function rateLimitMs({ response: { status, headers }, text, now }: Refused): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const asked = retryAfterMs((name) => headers.get(name), '', now)
  if (asked !== undefined) return asked
  const reset = Number(headers.get('x-ratelimit-reset'))
  if (headers.get('x-ratelimit-remaining') === '0' && reset > 0) return Math.max(0, reset * 1000 - now)
  return status === 429 || /rate limit/i.test(text) ? defaultLimitMs : undefined
}

/** Node's own fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
