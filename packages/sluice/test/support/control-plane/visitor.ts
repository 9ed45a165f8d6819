import assert from 'node:assert/strict'
import { type TestPlane, tokenOf } from './control-plane.ts'

/** Somebody in front of a browser, without the browser. */
export interface Visitor {
  /** The cookie of the session, as it is sent. */
  cookie: string
  /** What every form of the session sends along. */
  formKey: string
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** The text of a page, which must be there. */
  page(path: string): Promise<string>
  /** Sends a form of this session. */
  send(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Response>
}

const origin = 'http://localhost'

/** Sends a form, as a browser does from a page of the control plane. */
export function sendForm(
  plane: Pick<TestPlane, 'plane'>,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(fields).toString()
  return plane.plane.fetch(
    new Request(`${origin}${path}`, { method: 'POST', headers: { origin, ...type, ...headers }, body }),
  )
}

/** Signs in with the standard token of a scope, or with another token. */
export async function signedIn(
  plane: Pick<TestPlane, 'plane'>,
  scope: string,
  token = tokenOf(scope),
): Promise<Visitor> {
  const response = await sendForm(plane, '/sign-in', { token })
  assert.equal(response.status, 303, await response.text())
  return visitorOf(plane, response.headers.get('set-cookie')?.split(';', 1)[0] ?? '')
}

/** Whoever has the cookie of a session. */
export async function visitorOf(plane: Pick<TestPlane, 'plane'>, cookie: string): Promise<Visitor> {
  const get = (path: string, headers: Record<string, string> = {}) =>
    plane.plane.fetch(new Request(`${origin}${path}`, { headers: { cookie, accept: 'text/html', ...headers } }))
  const page = async (path: string) => {
    const shown = await get(path)
    const text = await shown.text()
    assert.equal(shown.status, 200, text)
    return text
  }
  const formKey = /name="formKey" value="([^"]+)"/.exec(await page('/'))?.[1] ?? ''
  return {
    cookie,
    formKey,
    get,
    page,
    send: (path, fields = {}, headers = {}) => sendForm(plane, path, { formKey, ...fields }, { cookie, ...headers }),
  }
}

/** The hidden fields of the form of an act, as a browser would send them. */
export function hiddenFields(page: string): Record<string, string> {
  const form = page.slice(page.indexOf('class="fields"'))
  const fields = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]))
}
