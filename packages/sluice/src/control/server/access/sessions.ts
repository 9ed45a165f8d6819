import type { Clock } from '@sluice/client'
import { z } from 'zod'
import type { TokenRecord } from '../../../records/token.ts'
import { hourMs } from '../../../time-units.ts'
import type { Store } from '../../store/store.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { createSignedCookie } from './signed-cookie.ts'
import { isValid, type TokenDirectory } from './token-directory.ts'

/** Whoever signed in, in a browser. */
export interface Session {
  record: TokenRecord
  /** ms since the epoch; never later than the token's own. */
  expiresAt: number
  /** What every form of this session must send along. No other session has it. */
  formKey: string
}

/**
 * Sessions of browsers. All that is known of one is in its signed cookie and in the token's record, so every replica
 * knows it, and it ends with the token.
 */
export interface Sessions {
  /** The value of `Set-Cookie` for a new session with this record. */
  begin(record: TokenRecord): string
  /** The value of `Set-Cookie` that makes a browser forget its session. */
  readonly end: string
  /** The session of a request; undefined if it has none, or none that is still valid. */
  find(request: Request): Promise<Session | undefined>
  /** Whether a request names a session, be it one that has ended. */
  isNamedIn(request: Request): boolean
  /**
   * Those that are not valid any more or have other rights, by what the store says now. It is asked once for each
   * token.
   */
  ended(sessions: Iterable<Session>): Promise<Set<Session>>
}

/**
 * A person's session is shorter, since what the identity provider has changed about them is only seen when they sign in
 * again.
 */
const longestMs = { token: 12 * hourMs, person: 8 * hourMs }

const contentSchema = z.strictObject({
  /** Id of the token. */
  token: z.string(),
  expiresAt: z.number(),
  /** How often all sessions of the token had been ended when this one began. */
  endings: z.int(),
  /** Makes two sessions of one token differ. */
  nonce: z.string(),
})

interface SessionContent extends z.output<typeof contentSchema> {
  formKey: string
}

const mostChecked = 5000

interface SessionsOptions {
  store: Pick<Store, 'secret' | 'now' | 'tokenById'>
  directory: TokenDirectory
  clock: Clock
  randomBytes(size: number): Uint8Array
  /** Whether browsers reach the server by TLS, so that the cookie must never be sent without it. */
  secure: boolean
  /** The identity provider whose people are let in; null: there is none. */
  issuer: string | null
}

export function createSessions(options: SessionsOptions): Sessions {
  const { store, directory, clock, randomBytes, secure, issuer } = options
  const cookie = createSignedCookie({
    name: 'sluice_session',
    secret: store.secret,
    purpose: 'sluice session 1',
    schema: contentSchema,
    sameSite: 'Strict',
    secure,
  })

  /** Cookies that were checked before, since open pages send theirs every second. */
  const checked = new Map<string, SessionContent>()

  function contentOf(request: Request): SessionContent | undefined {
    const text = cookie.textIn(request)
    const known = checked.get(text)
    if (known) return known
    const opened = cookie.open(text)
    if (!opened) return undefined
    const content = { ...opened, formKey: cookie.sign(`form ${opened.nonce}`) }
    if (checked.size >= mostChecked) checked.clear()
    checked.set(text, content)
    return content
  }

  /** Whoever signs in again at once has a session that is younger than the record that is kept for two seconds. */
  async function recordOf({ token, endings }: SessionContent): Promise<TokenRecord | undefined> {
    const kept = await directory.byId(token)
    if (!kept || (kept.sessionEndings ?? 0) >= endings) return kept
    const stored = await store.tokenById(token)
    return stored && isValid(stored, expiryTime(store, clock)) ? stored : undefined
  }

  return {
    begin(record) {
      const now = expiryTime(store, clock)
      const longest = now + longestMs[record.person ? 'person' : 'token']
      const expiresAt = Math.min(longest, record.expiresAt ?? longest)
      const nonce = Buffer.from(randomBytes(16)).toString('base64url')
      const content = { token: record.id, expiresAt, endings: record.sessionEndings ?? 0, nonce }
      return cookie.set(content, Math.max(0, Math.floor((expiresAt - now) / 1000)))
    },
    end: cookie.end,
    async find(request) {
      const content = contentOf(request)
      if (!content || expiryTime(store, clock) >= content.expiresAt) return undefined
      const record = await recordOf(content)
      if (!record || (record.sessionEndings ?? 0) !== content.endings) return undefined
      if (record.person && record.person.issuer !== issuer) return undefined
      return { record, expiresAt: content.expiresAt, formKey: content.formKey }
    },
    isNamedIn: (request) => cookie.textIn(request) !== '',
    async ended(sessions) {
      const ended = new Set<Session>()
      const records = new Map<string, TokenRecord | undefined>()
      for (const session of new Set(sessions)) {
        const { record: before, expiresAt } = session
        if (!records.has(before.id)) records.set(before.id, await store.tokenById(before.id))
        const [now, record] = [expiryTime(store, clock), records.get(before.id)]
        const isOpen =
          now < expiresAt && record !== undefined && isValid(record, now) && rightsBy(record) === rightsBy(before)
        if (!isOpen) ended.add(session)
      }
      return ended
    },
  }
}

/** What of a record a session rests on. The rights of a person may change while they look. */
function rightsBy({ sessionEndings = 0, scopes, features, environments }: TokenRecord): string {
  const limits = [features, environments].map((names) => names?.toSorted() ?? null)
  return JSON.stringify([sessionEndings, scopes.toSorted(), ...limits])
}

/** The record of a token whose sessions all end: none that has begun before is valid any more. */
export function withoutSessions(record: TokenRecord): TokenRecord {
  return { ...record, sessionEndings: (record.sessionEndings ?? 0) + 1 }
}
