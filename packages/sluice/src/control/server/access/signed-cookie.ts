import { createHmac } from 'node:crypto'
import type { z } from 'zod'
import { isSameHash } from './token-secret.ts'

/** What a browser keeps for the server, and cannot change. */
export interface SignedCookie<T> {
  /** The value of `Set-Cookie`. */
  set(content: T, seconds: number): string
  /** The value of `Set-Cookie` that makes a browser forget it. */
  readonly end: string
  /** The text that a request brings along; empty without. */
  textIn(request: Request): string
  /** What the text says, if it was signed here. */
  open(text: string): T | undefined
  /** Signs another text, which then passes for no cookie. */
  sign(text: string): string
}

interface CookieOptions<T> {
  name: string
  secret: string
  /** What is signed for one purpose passes for nothing else. */
  purpose: string
  schema: z.ZodType<T>
  sameSite: 'Strict' | 'Lax'
  /** Whether browsers reach the server by TLS. */
  secure: boolean
}

/**
 * Over TLS its name begins with `__Host-`: browsers take such a cookie from this very host alone, and over TLS. Another
 * name is not read there, since another site of the same domain, or whoever alters http on the way, could have set it.
 */
export function createSignedCookie<T>(options: CookieOptions<T>): SignedCookie<T> {
  const { secret, purpose, schema, sameSite, secure } = options
  const name = secure ? `__Host-${options.name}` : options.name
  const attributes = `Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
  const key = createHmac('sha256', secret).update(purpose).digest()
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    sign,
    set(content, seconds) {
      const body = Buffer.from(JSON.stringify(content)).toString('base64url')
      return `${name}=${body}.${sign(body)}; ${attributes}; Max-Age=${seconds}`
    },
    end: `${name}=; ${attributes}; Max-Age=0`,
    textIn(request) {
      const cookies = request.headers.get('cookie')?.split(';') ?? []
      const found = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${name}=`))
      return found?.slice(name.length + 1) ?? ''
    },
    open(text) {
      const [body = '', signature = ''] = text.split('.')
      if (body === '' || !isSameHash(sign(body), signature)) return undefined
      return schema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))).data
    },
  }
}
