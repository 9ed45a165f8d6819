import type { ActFault } from '../../pages/act.ts'
import { signInAddress } from '../../pages/addresses.ts'
import type { PageContent } from '../../pages/layout.ts'
import { type UnsentPage, unsentPage } from '../../pages/unsent.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import { StoreError } from '../../store/store-error.ts'
import { Problem, problemOf } from '../http/problem.ts'

/** What people write into forms themselves, and what it is called there. */
const writtenFields = { reason: 'Reason', override: 'Reason to release it anyway' } as const

/**
 * The page about a form that was not taken, since the session in which it was made has ended or another one has begun,
 * or since something failed. It shows what somebody had written, and leads back to the form.
 */
export function unsentForm(
  { url }: Request,
  { fields, why }: { fields: Readonly<Record<string, string>>; why: UnsentPage['why'] },
): PageContent {
  const { pathname, search } = new URL(url)
  const written = Object.entries(writtenFields).flatMap(([name, label]) => {
    const text = fields[name] ?? ''
    return text === '' ? [] : [{ name, label, text }]
  })
  // What has no reason, such as signing out, has no page of its own to go back to.
  const form = 'reason' in fields ? `${pathname}${search}` : '/'
  const to = why === 'ended' ? signInAddress({ next: form, hasEnded: true }) : form
  return unsentPage({ form, written, to, why })
}

/** Why a form could not be taken, with the page that says so and keeps what was written into it. */
export class FailedForm extends Problem {
  readonly page: PageContent

  constructor(error: unknown, page: PageContent) {
    const { details, headers, cause } = problemOf(error)
    super(details, { headers, cause })
    this.page = page
  }
}

/** What is said of a failure to somebody who has sent a form. */
export function formFault(error: unknown, requestId: string): ActFault {
  const { status, detail } = problemOf(error).details
  const text = status === 500 ? `${detail} It names this request ${requestId}.` : detail
  return { text, mayBeDone: mayBeDone(error) }
}

/** Whether what failed may have been done all the same. */
function mayBeDone(error: unknown): boolean {
  if (error instanceof StoreError) return error.fault === 'unreachable'
  return !(error instanceof Problem || error instanceof ReleaseConflict)
}
