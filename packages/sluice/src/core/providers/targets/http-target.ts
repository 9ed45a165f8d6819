import { isUtf8 } from 'node:buffer'
import { privatePartsOf, shownAddress } from '../../../masking/address.ts'
import { createMask } from '../../../masking/mask.ts'
import type { Target } from '../../suite/prompt/target.ts'
import { sleep as realSleep, steadyNow } from '../clock.ts'
import { networkError } from '../errors/network-error.ts'
import { statusError } from '../errors/status-error.ts'
import { errorExcerpt } from '../excerpt.ts'
import { headerValues, secretsOfHeader } from '../http/header-values.ts'
import { createLeanFetch } from '../http/lean-fetch.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { createFirstCalls } from '../limits/first-calls.ts'
import { createCallQueue, defaultMaxWaitMs, defaultRetries } from '../limits/queue.ts'
import { ProviderError } from '../provider-error.ts'
import { maskOf, type TargetCall, type TargetOptions } from './target-call.ts'
import { targetText } from './target-output.ts'
import { createVersionUnderTest, requestBody } from './tested-version.ts'

type HttpTarget = Extract<Target, { kind: 'http' }>

/** Higher than for a model, since an application may refuse the first cases of a suite for good reasons. */
const mostEqualFailures = 10

/** Sends the variables as a JSON body. The body of a 2xx answer is the output. */
export function createHttpTarget(
  { url, method = 'POST', headers, timeoutMs = defaultTimeoutMs, sendVersion }: HttpTarget,
  {
    env,
    fetch = createLeanFetch({ env }),
    clock = steadyNow,
    random = Math.random,
    sleep = realSleep,
    concurrency = 50,
    maxWaitMs = defaultMaxWaitMs,
    mask: outer,
    tested,
  }: TargetOptions,
): TargetCall {
  const source = 'target'
  const place = shownAddress(url)
  const filled = headerValues(source, headers, env)
  const own = createMask()
  own.learn([...privatePartsOf(url), ...Object.values(filled).flatMap(secretsOfHeader)])
  const given = maskOf({ env, ...(outer && { mask: outer }) })
  const mask = (text: string) => own.text(given(text))
  const queue = createCallQueue({ source, concurrency, retries: defaultRetries, maxWaitMs, clock, random, sleep })
  const firstCalls = createFirstCalls(`the application at ${place}`, mostEqualFailures)
  const ask = async (body: string, signal: AbortSignal) => {
    const start = clock()
    const answered = await post(body, signal).catch((error: unknown) => {
      throw (
        networkError(source, place, error) ??
        new ProviderError('bad-response', `${source}: ${place}: ${errorExcerpt(String(error), mask)}`, { cause: error })
      )
    })
    const { status, header, text } = answered
    if (status < 200 || status > 299)
      throw statusError({
        source,
        from: 'application',
        url: place,
        status,
        header,
        body: text,
        mask,
        credentials: 'Set what it needs in target.http.headers',
        now: clock(),
      })
    return targetText(`${source}: ${place}`, text, clock() - start, mask)
  }
  const post = async (body: string, signal: AbortSignal) => {
    const sent = { ...filled, 'content-type': 'application/json' }
    const response = await fetch(url, { method, headers: sent, body, signal })
    const header = (name: string) => response.headers.get(name)
    const bytes = Buffer.from(await response.arrayBuffer())
    if (response.ok && !isUtf8(bytes)) throw new Error('the answer is not UTF-8')
    return { status: response.status, header, text: new TextDecoder().decode(bytes) }
  }
  const version = createVersionUnderTest(sendVersion ? tested : undefined)
  return async (vars, context) => {
    const { signal } = context
    const body = requestBody(vars, context, await version())
    const attempt = () => withDeadline({ source: `target: ${place}`, timeoutMs, signal }, (inner) => ask(body, inner))
    return firstCalls.run(() => queue.run(signal, attempt))
  }
}
