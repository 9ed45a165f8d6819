import { hmac } from './hmac.ts'
import type { RequestOutcome } from './protocol.ts'
import { storableText } from './storable-text.ts'

/** Names one request for feedback that comes later: a signed text, to be kept as it is; safe in addresses. */
export type RequestReference = string

/** What feedback repeats of the request that it is about. */
export type RequestName = Pick<RequestOutcome, 'id' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit'>

/** Only that, of what may say more. */
export function nameOf({ id, feature, version, rolloutId, arm, stage, unit }: RequestName): RequestName {
  // What is undefined is not written.
  return { id, feature, version, rolloutId, arm, stage, unit } as RequestName
}

/** Makes references, and reads those that were made with the same secret. */
export interface References {
  seal(request: RequestName): RequestReference
  /** Undefined for what was not made here, or was changed by as much as a bit. */
  open(reference: unknown): RequestName | undefined
}

/** A reference is the request's name in base64url, and its HMAC under a key that is derived from the secret for this alone. */
export function createReferences(secret: string): References {
  let key: string | undefined
  const codeOf = (text: string) => {
    key ??= hmac('sluice.reference/1', encodeURIComponent(storableText(secret)))
    return hmac(key, text)
  }
  // Of the code's characters those of an address are enough.
  const signed = (text: string) => `${text}.${codeOf(text).replace(/[+/=]/g, '-')}`
  return {
    seal(request) {
      const json = JSON.stringify(nameOf(request))
      // Of all that is left unescaped only the tilde could become a plus sign.
      return signed(btoa(encodeURIComponent(json).replaceAll('~', '%7E')).replaceAll('=', ''))
    },
    open(reference) {
      if (typeof reference !== 'string' || !/^[\w.-]{1,50000}$/.test(reference)) return undefined
      const [text = ''] = reference.split('.', 1)
      // The codes of both are compared: how much of a guess was right cannot be told from the time that it takes.
      if (codeOf(signed(text)) !== codeOf(reference)) return undefined
      return JSON.parse(decodeURIComponent(atob(text)))
    },
  }
}
