import { createHmac } from 'node:crypto'
import type { Clock } from '@sluice/client'
import { z } from 'zod'
import type { TokenRecord } from '../../../records/token.ts'
import type { Store } from '../../store/store.ts'
import { expiryTime, isValid, type TokenDirectory } from './token-directory.ts'
import { isSameHash } from './token-secret.ts'

/** Whoever signed in with a token in a browser. */
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
  /** The value of `Set-Cookie` for a new session with this token. */
  begin(record: TokenRecord): string
  /** The value of `Set-Cookie` that makes a browser forget its session. */
  readonly end: string
  /** The session of a request; undefined if it has none, or none that is still valid. */
  find(request: Request): Promise<Session | undefined>
  /** Whether it is still valid, by what the store says at this moment. */
  isOpen(session: Session): Promise<boolean>
}

const cookieName = 'sluice_session'
const longestMs = 12 * 3_600_000

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
}

export function createSessions({ store, directory, clock, randomBytes, secure }: SessionsOptions): Sessions {
  // The store's secret has other uses, so what is signed with it elsewhere is never a session.
  const key = createHmac('sha256', store.secret).update('sluice session 1').digest()
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`

  /** Cookies that were checked before, since open pages send theirs every second. */
  const checked = new Map<string, SessionContent>()

  function contentOf(request: Request): SessionContent | undefined {
    const cookie = cookieOf(request) ?? ''
    const known = checked.get(cookie)
    if (known) return known
    const [body = '', signature = ''] = cookie.split('.')
    if (body === '' || !isSameHash(sign(body), signature)) return undefined
    const { data } = contentSchema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
    if (!data) return undefined
    const content = { ...data, formKey: sign(`form ${data.nonce}`) }
    if (checked.size >= mostChecked) checked.clear()
    checked.set(cookie, content)
    return content
  }

  return {
    begin(record) {
      const now = expiryTime(store, clock)
      const expiresAt = Math.min(now + longestMs, record.expiresAt ?? Number.POSITIVE_INFINITY)
      const nonce = Buffer.from(randomBytes(16)).toString('base64url')
      const content = { token: record.id, expiresAt, endings: record.sessionEndings ?? 0, nonce }
      const body = Buffer.from(JSON.stringify(content)).toString('base64url')
      const seconds = Math.max(0, Math.floor((expiresAt - now) / 1000))
      return `${cookieName}=${body}.${sign(body)}; ${attributes}; Max-Age=${seconds}`
    },
    end: `${cookieName}=; ${attributes}; Max-Age=0`,
    async find(request) {
      const content = contentOf(request)
      if (!content || expiryTime(store, clock) >= content.expiresAt) return undefined
      const record = await directory.byId(content.token)
      if (!record || (record.sessionEndings ?? 0) !== content.endings) return undefined
      return { record, expiresAt: content.expiresAt, formKey: content.formKey }
    },
    async isOpen({ record: { id, sessionEndings = 0 }, expiresAt }) {
      const now = expiryTime(store, clock)
      const record = now < expiresAt ? await store.tokenById(id) : undefined
      return record !== undefined && isValid(record, now) && (record.sessionEndings ?? 0) === sessionEndings
    },
  }
}

/** The record of a token whose sessions all end: none that has begun before is valid any more. */
export function withoutSessions(record: TokenRecord): TokenRecord {
  return { ...record, sessionEndings: (record.sessionEndings ?? 0) + 1 }
}

function cookieOf(request: Request): string | undefined {
  const cookies = request.headers.get('cookie')?.split(';') ?? []
  const found = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${cookieName}=`))
  return found?.slice(cookieName.length + 1)
}
