import type { RequestOutcome } from '../protocol.ts'
import { hmac } from './hmac.ts'
import { storableText } from './storable-text.ts'

/** Identifies a request for later feedback: a signed text that is safe in URLs. Store it unchanged. */
export type RequestReference = string

/** The fields of a request that its feedback repeats. */
export type RequestName = Pick<RequestOutcome, 'id' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit'>

/** Picks these fields. */
export function nameOf({ id, feature, version, rolloutId, arm, stage, unit }: RequestName): RequestName {
  // JSON leaves out undefined fields.
  return { id, feature, version, rolloutId, arm, stage, unit } as RequestName
}

/** Makes references, and opens those that were made with the same secret. */
export interface References {
  seal(request: RequestName): RequestReference
  /** Undefined for a reference that was changed or made with another secret. */
  open(reference: unknown): RequestName | undefined
}

/**
 * A reference is the request's name in base64url and its HMAC. The key is derived from the secret for this use only.
 */
export function createReferences(secret: string): References {
  let key: string | undefined
  const codeOf = (text: string) => {
    key ??= hmac('sluice.reference/1', encodeURIComponent(storableText(secret)))
    return hmac(key, text)
  }
  // base64url, without padding.
  const signed = (text: string) => `${text}.${codeOf(text).replace(/[+/=]/g, '-')}`
  return {
    seal(request) {
      const json = JSON.stringify(nameOf(request))
      // In base64, of all characters that are not escaped only the tilde can lead to a plus sign.
      return signed(btoa(encodeURIComponent(json).replaceAll('~', '%7E')).replaceAll('=', ''))
    },
    open(reference) {
      if (typeof reference !== 'string' || !/^[\w.-]{1,50000}$/.test(reference)) return undefined
      const [text = ''] = reference.split('.', 1)
      // HMACs of both texts are compared, so the time taken does not show how much of a guess was right.
      if (codeOf(signed(text)) !== codeOf(reference)) return undefined
      return JSON.parse(decodeURIComponent(atob(text)))
    },
  }
}
