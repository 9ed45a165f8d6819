import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { minuteMs } from '../../../time-units.ts'
import type { Store } from '../../store/store.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { createRateLimit } from './rate-limit.ts'
import { createSignedCookie } from './signed-cookie.ts'

/** A sign-in at the identity provider that has begun in a browser, and has not ended. */
export interface SignInAttempt {
  /** The page to go on to. */
  next: string
  /** Comes back with the browser. */
  state: string
  /** Comes back in the ID token. */
  nonce: string
  /** Proves to the provider that whoever began also ends it (PKCE). */
  verifier: string
}

/**
 * The attempts of all browsers. What is known of one is in its signed cookie, so every replica can end it. The secret
 * parts are made of the id with the store's secret, so no browser holds them.
 */
export interface SignInAttempts {
  /** An attempt, and the value of `Set-Cookie` that binds it to the browser. */
  begin(next: string): { attempt: SignInAttempt; cookie: string }
  /** The attempt of the browser; undefined if it has none, or one that is too old or has failed. */
  find(request: Request): SignInAttempt | undefined
  /** From now on it is none any more, so that each costs the provider one question, whoever repeats it. */
  fail(attempt: SignInAttempt): void
  /** The value of `Set-Cookie` that ends the attempt. */
  readonly end: string
}

const longestMs = 10 * minuteMs
/** Browsers refuse a cookie above 4 kB, and with it the sign-in. */
const longestNext = 2000

const contentSchema = z.strictObject({ id: z.string(), next: z.string(), expiresAt: z.number() })

interface AttemptsOptions {
  store: Pick<Store, 'secret' | 'now'>
  clock: Clock
  randomBytes(size: number): Uint8Array
  secure: boolean
  /** An attempt that began with another identity provider is none with this one. */
  issuer: string
}

export function createSignInAttempts({ store, clock, randomBytes, secure, issuer }: AttemptsOptions): SignInAttempts {
  const cookie = createSignedCookie({
    name: 'sluice_sign_in',
    secret: store.secret,
    purpose: `sluice sign-in 1 ${issuer}`,
    schema: contentSchema,
    // The browser comes back by a link of another site, with which it sends no cookie that is `Strict`.
    sameSite: 'Lax',
    secure,
  })
  const attemptOf = ({ id, next }: z.output<typeof contentSchema>): SignInAttempt => ({
    next,
    state: cookie.sign(`state ${id}`),
    nonce: cookie.sign(`nonce ${id}`),
    verifier: cookie.sign(`verifier ${id}`),
  })
  const failures = createRateLimit({ perSecond: 1000 / longestMs, burst: 1 })
  const hasFailed = ({ state }: SignInAttempt) => failures.wait(state, clock.now()) > 0
  return {
    begin(wanted) {
      const next = wanted.length <= longestNext ? wanted : '/'
      const id = Buffer.from(randomBytes(32)).toString('base64url')
      const content = { id, next, expiresAt: expiryTime(store, clock) + longestMs }
      return { attempt: attemptOf(content), cookie: cookie.set(content, longestMs / 1000) }
    },
    find(request) {
      const content = cookie.open(cookie.textIn(request))
      if (!content || expiryTime(store, clock) >= content.expiresAt) return undefined
      const attempt = attemptOf(content)
      return hasFailed(attempt) ? undefined : attempt
    },
    fail({ state }) {
      failures.take(state, clock.now())
    },
    end: cookie.end,
  }
}
