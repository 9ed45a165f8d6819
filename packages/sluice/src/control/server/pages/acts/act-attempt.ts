import { z } from 'zod'
import type { ActFault, ActForm } from '../../../pages/act.ts'
import { appliedAddress } from '../../../pages/addresses.ts'
import type { PageContent } from '../../../pages/layout.ts'
import { ReleaseConflict } from '../../../release/release-conflict.ts'
import type { Caller } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import type { Changed } from '../../change-feature.ts'
import { Problem } from '../../http/problem.ts'
import { isWithoutForecast } from '../../rollouts/end-forecasts.ts'
import { reason as reasonField } from '../../route/fields.ts'
import type { Services } from '../../services.ts'
import { FailedForm, formFault } from '../unsent-form.ts'

/** What every form of an act sends. */
export const actFields = z.object({
  reason: z.string().default(''),
  override: z.string().default(''),
  revision: z.coerce.number().int().min(0),
  sendKey: z.string().regex(/^[\w-]{16,64}$/, 'must be that of the page'),
})

type ActFields = z.output<typeof actFields>

/** What was sent, as the form shows it again after a refusal or a failure. */
export interface Sent extends Pick<ActFields, 'reason' | 'override'> {
  /** Of a form that may have been taken, so that the next is the same and counts once; null: the next is another. */
  repeats: Pick<ActForm, 'sendKey' | 'revision'> | null
  /** It was a rollout of which no forecast could be made. */
  isUnforetold: boolean
}

export const nothingSent: Sent = { reason: '', override: '', repeats: null, isUnforetold: false }

/** What every form of an act holds. */
export function formBasics(
  { randomBytes }: Pick<Services, 'randomBytes'>,
  session: Session,
  { revision }: { revision: number },
  sent: Sent,
): Pick<ActForm, 'formKey' | 'sendKey' | 'revision' | 'reason'> {
  const sendKey = Buffer.from(randomBytes(16)).toString('base64url')
  return { formKey: session.formKey, sendKey, revision, ...sent.repeats, reason: sent.reason }
}

interface Attempt {
  /** A write as the API knows it, so that sending the form twice is the same request twice. */
  write: { request: Request; caller: Caller; body: unknown }
  reason: string
  seen: number
  override: { override?: { reason: string } }
}

/**
 * Does what a form asks for, and goes on to the page that shows how far it has come, or to the address that `act`
 * returns. If it is refused, the form is shown again, with why, and with what holds now.
 * @throws FailedForm with the form likewise, where something failed
 */
export async function attempt(
  {
    request,
    requestId,
    caller,
    form,
    more = {},
  }: { request: Request; requestId: string; caller: Caller; form: ActFields; more?: object },
  act: (attempt: Attempt) => Promise<Changed | string>,
  again: (fault: ActFault, sent: Sent) => Promise<PageContent>,
): Promise<{ to: string } | (PageContent & { status: number })> {
  const sent: Sent = { ...nothingSent, reason: form.reason, override: form.override }
  const reason = reasonField.safeParse(form.reason)
  const override = reasonField.safeParse(form.override)
  if (!reason.success || (form.override !== '' && !override.success))
    return { ...(await again(refused(reasonFault), sent)), status: 400 }
  const body = { ...more, reason: reason.data, override: override.data ?? null, seen: form.revision }
  const keyed = new Request(request.url, { method: 'POST', headers: { 'idempotency-key': `page-${form.sendKey}` } })
  try {
    const changed = await act({
      write: { request: keyed, caller, body },
      reason: reason.data,
      seen: form.revision,
      override: override.data === undefined ? {} : { override: { reason: override.data } },
    })
    return { to: typeof changed === 'string' ? changed : appliedAddress(changed.feature.feature) }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal !== undefined) return { ...(await again(refused(refusal), sent)), status: 409 }
    const fault = formFault(error, requestId)
    const repeats = fault.mayBeDone ? { sendKey: form.sendKey, revision: form.revision } : null
    // What made it fail may keep the form from being made, too.
    const page = await again(fault, { ...sent, repeats, isUnforetold: isWithoutForecast(error) }).catch(() => null)
    throw page ? new FailedForm(error, page) : error
  }
}

const refused = (text: string): ActFault => ({ text, mayBeDone: false })

const reasonFault = 'A reason is needed, of at most 2,000 characters: it is kept in the audit log.'

/** Why the state does not allow an act; undefined where something else failed. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof ReleaseConflict) return sentence(error.message)
  if (!(error instanceof Problem)) return undefined
  const { status, code, detail } = error.details
  if (code === 'idempotency-key-reused') return 'This form was sent before, with another text. See what it did.'
  return status === 409 || code === 'may-not-approve' || code === 'not-the-proposer'
    ? sentence(detail ?? '')
    : undefined
}

/** `It has ended.` of `it has ended`. The id of a version stays as it is. */
function sentence(text: string): string {
  const first = /^[0-9a-f]{12}\b/.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase()
  return `${first}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`
}
