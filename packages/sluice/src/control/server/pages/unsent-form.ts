import { signInAddress } from '../../pages/addresses.ts'
import type { PageContent } from '../../pages/layout.ts'
import { unsentPage } from '../../pages/unsent.ts'

/** What people write into forms themselves, and what it is called there. */
const writtenFields = { reason: 'Reason', override: 'Reason to release it anyway' } as const

/**
 * The page about a form that was not taken, since the session in which it was made has ended or another one has begun.
 * It shows what somebody had written, and leads back to the form.
 */
export function unsentForm(
  { url }: Request,
  { fields, hasSession }: { fields: Readonly<Record<string, string>>; hasSession: boolean },
): PageContent & { status: number } {
  const { pathname, search } = new URL(url)
  const written = Object.entries(writtenFields).flatMap(([name, label]) => {
    const text = fields[name] ?? ''
    return text === '' ? [] : [{ name, label, text }]
  })
  // What has no reason, such as signing out, has no page of its own to go back to.
  const form = 'reason' in fields ? `${pathname}${search}` : '/'
  const to = hasSession ? form : signInAddress({ next: form, hasEnded: true })
  return { ...unsentPage({ form, written, to, hasSession }), status: hasSession ? 403 : 401 }
}
