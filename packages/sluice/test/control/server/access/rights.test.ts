import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import { type Scope, scopes } from '../../../../src/records/token-scopes.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { sendForm, signedIn } from '../../../support/control-plane/visitor.ts'

/** Who may do what. An admin may do all; `open` needs no token. */
const api = `
open                                    GET /healthz, GET /readyz
client                                  POST /v1/outcomes, POST /v1/acks
client                                  POST /ofrep/v1/evaluate/flags/{key}, POST /ofrep/v1/evaluate/flags
ci                                      POST /v1/features/{feature}/versions
operator                                PUT /v1/features/{feature}/active, POST /v1/features/{feature}/rollback
operator                                POST /v1/features/{feature}/rollouts, POST /v1/rollouts/{rollout}/pause
operator                                POST /v1/rollouts/{rollout}/resume, POST /v1/rollouts/{rollout}/advance
operator                                POST /v1/rollouts/{rollout}/promote, POST /v1/rollouts/{rollout}/abort
operator                                POST /v1/rollouts/{rollout}/exclusions, DELETE /v1/units
ci operator                             POST /v1/features/{feature}/proposals, POST /v1/proposals/{proposal}/withdraw
operator approver                       POST /v1/proposals/{proposal}/approve, POST /v1/proposals/{proposal}/reject
operator approver                       POST /v1/proposals/{proposal}/review
viewer operator approver                GET /metrics, GET /v1/rollouts/{rollout}/forecast, GET /v1/instances
viewer operator approver                GET /v1/features/{feature}/contents, GET /v1/features/{feature}/drift
ci viewer operator approver             GET /v1/proposals, GET /v1/proposals/{proposal}, GET /v1/features/{feature}/audit
ci viewer operator approver             GET /v1/features/{feature}/versions/{version}/traffic
client viewer operator approver         GET /v1/rollouts/{rollout}/verdict, POST /v1/rollouts/{rollout}/verdict
client viewer operator approver         GET /v1/snapshot, GET /v1/stream
client ci viewer operator approver      GET /v1/features, GET /v1/features/{feature}, GET /v1/rollouts/{rollout}
admin                                   GET /v1/tokens, POST /v1/tokens, DELETE /v1/tokens/{id}
admin                                   POST /v1/tokens/{id}/reinstate
`
const acts = ['rollback', 'pause', 'resume', 'advance', 'promote', 'abort'].map((act) => `/rollouts/{rollout}/${act}`)
const releases = ['rollback', 'start', 'activate'].map((act) => `/features/{feature}/${act}`)
const decisions = ['approve', 'reject', 'review'].map((act) => `/proposals/{proposal}/${act}`)
const both = (paths: readonly string[]) => paths.flatMap((path) => [`GET ${path}`, `POST ${path}`]).join(', ')
const pages = `
open                                    GET /sign-in, POST /sign-in, GET /sign-in/link/{link}, GET /sign-in/oidc
open                                    GET /sign-in/oidc/callback, GET /assets/{file}
viewer operator approver                GET /, GET /features/{feature}, GET /rollouts/{rollout}, GET /settings, GET /help
viewer operator approver                GET /features/{feature}/versions/{version}/content
viewer operator approver                GET /features/{feature}/compare, GET /runs/{feature}/{version}, GET /audit/{chain}
viewer operator approver                GET /audit/{chain}/verification, GET /audit/{chain}/export, GET /judge, GET /costs
viewer operator approver                GET /instances, GET /features/{feature}/applied, GET /proposals/{proposal}
viewer operator approver                GET /live, POST /sign-out
operator                                ${both(acts)}
operator                                ${both(releases)}, ${both(['/proposals/{proposal}/withdraw'])}
operator approver                       ${both(decisions)}
`

function rowsOf(table: string): Map<string, string[]> {
  const lines = table.trim().split('\n')
  const cells = lines.map((line) => line.split(/ {2,}/))
  return new Map(cells.flatMap(([who = '', what = '']) => what.split(', ').map((route) => [route, who.split(' ')])))
}

const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

test('each route, page and act has its row here, which says who may', () => {
  for (const [known, table] of [
    [routes, rowsOf(api)],
    [pageRoutes, rowsOf(pages)],
  ] as const) {
    assert.deepEqual(known.map(named).sort(), [...table.keys()].sort())
    for (const route of known)
      assert.deepEqual((route.scopes ?? ['open']).toSorted(), table.get(named(route))?.toSorted(), named(route))
  }
})

const mayDo = (who: readonly string[], scope: Scope) => scope === 'admin' || who.includes(scope)
/** Something that is not there: what is refused for its rights must be refused before that is found. */
const filled = (path: string) => path.replaceAll(/\{\w+\}/g, 'none')

async function apiStatus(plane: TestPlane, route: string, scope: Scope | undefined): Promise<number> {
  const [method = '', path = ''] = route.split(' ')
  const body = method === 'GET' ? {} : { body: {} }
  const asked = plane.request(`${method} ${filled(path)}`, { ...(scope && { as: scope }), ...body })
  const response = await plane.plane.fetch(asked)
  await response.body?.cancel()
  return response.status
}

test('the API refuses each scope that has no row, and whoever has no token', async () => {
  await using plane = await testPlane()
  for (const [route, who] of rowsOf(api)) {
    if (who.includes('open')) continue
    assert.equal(await apiStatus(plane, route, undefined), 401, route)
    for (const scope of scopes) {
      const status = await apiStatus(plane, route, scope)
      assert.equal(status === 403, !mayDo(who, scope), `${route} as ${scope}: ${status}`)
      assert.notEqual(status, 401, route)
    }
  }
})

test('pages and acts refuse each role that has no row, and whoever has not signed in', async () => {
  await using plane = await testPlane()
  const roles = ['viewer', 'operator', 'approver', 'admin'] as const
  for (const scope of roles) {
    const visitor = await signedIn(plane, scope)
    for (const [route, who] of rowsOf(pages)) {
      const [method, path = ''] = route.split(' ')
      if (who.includes('open') || path === '/sign-out') continue
      const response = await (method === 'GET' ? visitor.get(filled(path)) : visitor.send(filled(path)))
      await response.body?.cancel()
      assert.equal(response.status === 403, !mayDo(who, scope), `${route} as ${scope}: ${response.status}`)
      const nobody = await (method === 'GET'
        ? plane.plane.fetch(plane.request(`GET ${filled(path)}`))
        : sendForm(plane, filled(path), {}))
      assert.equal(nobody.status, method === 'GET' ? 303 : 401, `${route} for nobody`)
      assert.match(nobody.headers.get('location') ?? (await nobody.text()), /\/sign-in/, route)
    }
  }
})

test('the log of tokens is for admins, as their list is: no answer, page or export of it tells others of one', async () => {
  await using plane = await testPlane()
  const body = { name: 'app-of-somebody', scopes: ['client'] }
  assert.equal((await plane.ask('POST /v1/tokens', { as: 'admin', body })).status, 201)
  for (const as of ['ci', 'viewer', 'approver', 'operator']) {
    const refused = await plane.ask('GET /v1/features/_system/audit', { as })
    assert.deepEqual([refused.status, refused.body.code], [403, 'scope-missing'], as)
    if (as === 'ci') continue
    const visitor = await signedIn(plane, as)
    for (const path of ['', '?act=token', '/export', '/verification'])
      assert.equal((await visitor.get(`/audit/_system${path}`)).status, 404, `${path} as ${as}`)
    assert.doesNotMatch(await visitor.page('/settings'), /href="\/audit\/_system"|app-of-somebody/, as)
  }
  const admin = await signedIn(plane, 'admin')
  for (const path of ['', '?act=token', '/export'])
    assert.match(await admin.page(`/audit/_system${path}`), /app-of-somebody/, path)
  assert.match(await admin.page('/settings'), /href="\/audit\/_system"/)
})
