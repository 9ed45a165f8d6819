import { z } from 'zod'
import { readers, type Scope } from '../../../records/token-scopes.ts'
import type { PageContent } from '../../pages/layout.ts'
import type { Caller, TokenReach } from '../access/caller.ts'
import { formKeyField, isFormOf, refuseOtherOrigin } from '../access/csrf.ts'
import type { Session } from '../access/sessions.ts'
import { requireRecentRead } from '../freshness.ts'
import { readBody } from '../http/body.ts'
import { notFound, Problem } from '../http/problem.ts'
import { pageHeaders } from '../http/security-headers.ts'
import { validated } from '../http/validate.ts'
import type { Services } from '../services.ts'
import { pageResponse } from './page-response.ts'
import type { PageVisit } from './page-visit.ts'
import { FailedForm, formFault, unsentForm } from './unsent-form.ts'

/** A page, or the address of a form. Whatever fails is answered by a page that says so. */
export interface PageRoute {
  method: 'GET' | 'POST'
  /** Parameters are written as `{name}`. */
  path: string
  /** The session's token needs one of them, or `admin`; null: open to everybody. */
  scopes: readonly Scope[] | null
  /** Requests are logged only if they fail, since there are many. */
  quiet?: boolean
  /** Its address holds a secret, so the log leaves out what stands there. */
  hasSecret?: boolean
  /** It is there although the store cannot be read: nothing in it is the present state, or it says itself how old. */
  standsAlone?: boolean
  respond(visit: PageVisit, services: Services): Promise<Response>
}

/**
 * The rights by which a page is made. It has no name and no session: what is made for one reader is shown to all with
 * the same rights.
 */
export type Viewer = Pick<Caller, 'scopes'> & TokenReach

const nothing = z.object({})
type Nothing = typeof nothing

interface Schemas<P extends z.ZodType, Q extends z.ZodType> {
  path: string
  /** Who may see it; all that may read by default. */
  scopes?: readonly Scope[]
  standsAlone?: boolean
  params?: P
  /** Has a default for each key, so that an odd query shows the page as it is without. */
  query?: Q
}

/**
 * A page that follows changes by itself. It is made once for all with the same rights, and kept until something
 * changes, so it may depend on nothing else of the session.
 */
export function definePage<P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  described: Schemas<P, Q> & {
    show(
      asked: { params: z.output<P>; query: z.output<Q>; viewer: Viewer },
      services: Services,
    ): Promise<PageContent> | PageContent
  },
): PageRoute {
  return keptPage(described, ({ scopes, features, environments }) => ({ scopes, features, environments }))
}

/** Defines a page that says what its reader may do: it is made once for each token. */
export function definePersonalPage<P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  described: Schemas<P, Q> & {
    show(asked: { params: z.output<P>; query: z.output<Q>; viewer: Caller }, services: Services): Promise<PageContent>
  },
): PageRoute {
  return keptPage(described, (caller) => caller)
}

/** Nothing else of the caller than what `viewerOf` keeps reaches the page, and all of that is in its key. */
function keptPage<P extends z.ZodType, Q extends z.ZodType, V extends Viewer>(
  {
    path,
    scopes = readers,
    standsAlone = false,
    show,
    ...schemas
  }: Schemas<P, Q> & {
    show(
      asked: { params: z.output<P>; query: z.output<Q>; viewer: V },
      services: Services,
    ): Promise<PageContent> | PageContent
  },
  viewerOf: (caller: Caller) => V,
): PageRoute {
  return {
    method: 'GET',
    path,
    scopes,
    quiet: true,
    standsAlone,
    async respond(visit, services) {
      const { params, query } = readAddress(schemas, visit)
      const viewer = viewerOf(visit.caller)
      const { scopes, features, environments, ...person } = viewer
      const rights = [scopes.toSorted(), features?.toSorted() ?? null, environments, person]
      const key = JSON.stringify([path, params, query, rights])
      const page = await services.keptPages.page(key, async () => show({ params, query, viewer }, services))
      return pageResponse(page, visit, services)
    },
  }
}

/** A page for one session: it may hold a form, and does not follow changes. */
export function defineOwnPage<P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>({
  path,
  scopes = readers,
  show,
  ...schemas
}: Schemas<P, Q> & {
  show(
    asked: { params: z.output<P>; query: z.output<Q>; caller: Caller; session: Session },
    services: Services,
  ): Promise<PageContent>
}): PageRoute {
  return {
    method: 'GET',
    path,
    scopes,
    async respond(visit, services) {
      const { caller } = visit
      const asked = { ...readAddress(schemas, visit), caller, session: sessionOf(visit) }
      return pageResponse({ ...(await show(asked, services)), at: services.clock.now() }, visit, services)
    },
  }
}

interface Act<P, F> extends Pick<PageVisit, 'request' | 'requestId' | 'caller'> {
  params: P
  form: F
  session: Session
}

/**
 * What a form does. It is refused unless a page of this session has sent it. The browser then goes to the address that
 * `act` returns, so that reloading does not send the form again; a page that it returns is shown in place.
 */
export function defineAct<P extends z.ZodType = Nothing, F extends z.ZodType = Nothing>({
  path,
  scopes,
  standsAlone = false,
  params: paramsSchema,
  form: formSchema,
  act,
}: {
  path: string
  scopes: readonly Scope[]
  standsAlone?: boolean
  params?: P
  form?: F
  act(asked: Act<z.output<P>, z.output<F>>, services: Services): Promise<ActResult>
}): PageRoute {
  return {
    method: 'POST',
    path,
    scopes,
    async respond(visit, services) {
      const { request, requestId, caller } = visit
      const session = sessionOf(visit)
      refuseOtherOrigin(request, services.settings.publicUrl)
      const { [formKeyField]: formKey, ...fields } = await formOf(request)
      if (!isFormOf(session, formKey)) {
        const page = unsentForm(request, { fields, why: 'other' })
        return pageResponse({ ...page, status: 403, at: services.clock.now() }, visit, services)
      }
      const failed = (error: unknown) =>
        new FailedForm(error, unsentForm(request, { fields, why: formFault(error, requestId) }))
      if (!standsAlone)
        await requireRecentRead(services).catch((error: unknown) => {
          throw failed(error)
        })
      const take = async () => {
        const { params } = readAddress({ ...(paramsSchema && { params: paramsSchema }) }, visit)
        const form = validated(formSchema ?? nothing, fields, 'body') as z.output<F>
        return act({ request, requestId, caller, session, params: params as z.output<P>, form }, services)
      }
      const result = await take().catch((error: unknown) => {
        if (error instanceof FailedForm || !fields.reason) throw error
        throw failed(error)
      })
      if ('to' in result) return seeOther(result.to, result.headers)
      return pageResponse({ ...result, at: services.clock.now() }, visit, services)
    },
  }
}

type ActResult = { to: string; headers?: Record<string, string> } | (PageContent & { status?: number })

/** An address that is open to everybody, and answers in its own way. */
export function defineOpen<P extends z.ZodType = Nothing>({
  params: schema,
  respond,
  ...route
}: Pick<PageRoute, 'method' | 'path' | 'quiet' | 'hasSecret'> & {
  params?: P
  respond(visit: Omit<PageVisit, 'params'> & { params: z.output<P> }, services: Services): Promise<Response>
}): PageRoute {
  return {
    ...route,
    scopes: null,
    respond: (visit, services) =>
      respond({ ...visit, params: validated(schema ?? nothing, visit.params, 'path') as z.output<P> }, services),
  }
}

/** Sends the browser to another page. */
export function seeOther(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { ...pageHeaders, location, ...headers } })
}

/** The fields of a form. Of two with one name the last counts. Browsers send each line break as two characters. */
export async function formOf(request: Request): Promise<Record<string, string>> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded')
    throw new Problem({ status: 415, code: 'not-a-form', detail: 'Send the form as a browser does.' })
  const fields = new URLSearchParams(Buffer.from(await readBody(request)).toString('utf8'))
  return Object.fromEntries([...fields].map(([name, value]) => [name, value.replaceAll('\r\n', '\n')]))
}

function readAddress<P extends z.ZodType, Q extends z.ZodType>(
  { params: paramsSchema, query: querySchema }: { params?: P; query?: Q },
  { params, request }: Pick<PageVisit, 'params' | 'request'>,
): { params: z.output<P>; query: z.output<Q> } {
  const path = (paramsSchema ?? nothing).safeParse(params)
  if (!path.success) throw notFound('There is no such page.')
  const search = Object.fromEntries(new URL(request.url).searchParams)
  const query = (querySchema ?? nothing).safeParse(search)
  const known = query.success ? query.data : (querySchema ?? nothing).parse({})
  return { params: path.data as z.output<P>, query: known as z.output<Q> }
}

function sessionOf({ session }: PageVisit): Session {
  if (!session) throw new Error('a page that needs a session was reached without one')
  return session
}
