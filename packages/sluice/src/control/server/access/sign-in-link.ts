import { type Clock, elapsedSince, momentOf } from '@sluice/client'
import { minuteMs } from '../../../time-units.ts'
import { isSameHash, newTokenSecret, tokenHash } from './token-secret.ts'

/** A link that signs one browser in, once and soon. Only the demo has one: whoever reads the link has what it opens. */
export interface SignInLink {
  path: string
  /** The id of the token that a secret signs in with; undefined if it is another one, was used, or is too old. */
  take(secret: string): string | undefined
}

const validMs = 10 * minuteMs

export function createSignInLink(
  tokenId: string,
  { clock, randomBytes }: { clock: Clock; randomBytes: (size: number) => Uint8Array },
): SignInLink {
  const secret = newTokenSecret(randomBytes)
  const hash = tokenHash(secret)
  const madeAt = momentOf(clock)
  let isUsed = false
  return {
    path: `/sign-in/link/${secret}`,
    take(given) {
      if (isUsed || elapsedSince(clock, madeAt) >= validMs || !isSameHash(tokenHash(given), hash)) return undefined
      isUsed = true
      return tokenId
    },
  }
}
