import { type PageContent, pageDocument, type SignedIn } from '../../pages/layout.ts'
import { namesEtag } from '../http/answer.ts'
import { pageHeaders } from '../http/security-headers.ts'
import type { Services } from '../services.ts'
import { assets } from './assets.ts'
import type { PageVisit } from './page-visit.ts'

interface ShownPage extends PageContent {
  status?: number
  /** ms since the epoch. */
  at: number
  /** Tells the states of a page that follows changes apart, as its ETag. */
  tag?: string
  part?: Uint8Array<ArrayBuffer>
}

/**
 * The page as it is sent: with navigation, and with who has signed in. A page that has not changed is not sent again.
 */
export async function pageResponse(
  page: ShownPage,
  { request, session, requestId }: Pick<PageVisit, 'request' | 'session' | 'requestId'>,
  { settings }: Pick<Services, 'settings'>,
): Promise<Response> {
  const { status = 200, at, tag, part } = page
  const headers = {
    ...pageHeaders,
    'x-request-id': requestId,
    'sluice-as-of': String(at),
    ...(tag !== undefined && { etag: `"${tag}"` }),
  }
  if (tag !== undefined && namesEtag(request.headers.get('if-none-match'), `"${tag}"`))
    return new Response(null, { status: 304, headers })
  const type = { 'content-type': 'text/html; charset=utf-8' }
  if (part && request.headers.has('sluice-part')) return new Response(part, { headers: { ...headers, ...type } })
  const { style, script } = await assets()
  const signedIn: SignedIn | null = session
    ? {
        name: session.record.name,
        scopes: session.record.scopes,
        features: session.record.features,
        environments: session.record.environments,
        formKey: session.formKey,
      }
    : null
  const text = pageDocument(page, {
    signedIn,
    path: new URL(request.url).pathname,
    at,
    tag,
    isSimulated: settings.isSimulated,
    assets: { style: style.path, script: script.path },
  })
  return new Response(text, { status, headers: { ...headers, ...type } })
}
