import { Problem } from '../http/problem.ts'
import type { Session } from './sessions.ts'
import { isSameHash } from './token-secret.ts'

/** The field of a form that proves that a page of this session has sent it. */
export const formKeyField = 'formKey'

/**
 * Refuses a form of another site. Browsers name the site that a form comes from, and no script can change that.
 * @throws Problem 403
 */
export function refuseOtherOrigin(request: Request, publicUrl: string | null): void {
  const origin = request.headers.get('origin')
  const own = [new URL(request.url).host, ...(publicUrl === null ? [] : [new URL(publicUrl).host])]
  if (origin !== null && URL.canParse(origin) && own.includes(new URL(origin).host)) return
  const detail =
    origin === null || origin === 'null'
      ? 'The browser did not say which page the form comes from: send it from a page of this control plane.'
      : `The form comes from ${origin}, which is not this control plane. Behind a proxy, set --public-url to the address that browsers use.`
  throw new Problem({ status: 403, code: 'other-origin', detail })
}

/** Whether a page of this session has made the form. */
export function isFormOf({ formKey }: Session, given: string | undefined): boolean {
  return given !== undefined && isSameHash(formKey, given)
}
