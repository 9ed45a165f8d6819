import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import { scopes } from '../../../../src/records/token-scopes.ts'
import { app, type StagedPlane, stagedPlane } from '../../../support/control-plane/environments.ts'
import type { Visitor } from '../../../support/control-plane/visitor.ts'
import { content } from '../../../support/store/store-samples.ts'

const places = { staging: 'summary@staging', production: 'summary' } as const

type Place = keyof typeof places

interface Stage {
  plane: StagedPlane
  /** Values of what stands in paths, by the environment that they are of. */
  names: Record<Place, Record<string, string>>
}

/** Both environments have a release, a rollout, a proposal, outcomes, an instance: each named after its environment. */
export async function bothReleased(): Promise<Stage> {
  const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
  const plane = await stagedPlane({
    approvals: { '*': { ...rule, approvals: 0 } },
    engineState: {
      assessment: async () => null,
      drift: async (key) => ({ of: `drift-of-${key}`, events: [], signals: [] }) as never,
    },
  })
  const third = await plane.publish('summary', 'c')
  const glass = (place: string) => ({ breakGlass: { reason: `glass-in-${place}` } })
  const names: Stage['names'] = { staging: {}, production: {} }
  for (const place of ['staging', 'production'] as const) {
    const key = places[place]
    await plane.activate(key, plane.first, { reason: `launch-in-${place}`, ...glass(place) })
    const { body } = await plane.start(key, plane.next, { reason: `start-in-${place}`, ...glass(place) })
    const as = app[place]
    const outcome = { feature: 'summary', version: plane.first, observedAt: '2026-11-24T09:00:00Z', unit: 'ann' }
    await plane.ask('POST /v1/outcomes', { as, body: { outcomes: [{ id: `outcome-in-${place}`, ...outcome }] } })
    await plane.store.putContent([
      { ...content(`outcome-in-${place}`), feature: key, version: plane.first, output: `said-in-${place}` },
    ])
    await plane.store.setJudgement({ feature: key, id: `outcome-in-${place}` }, { judgeId: 'j' }, 0.5)
    plane.plane.metrics.count('canary_things_total', 'Things.', { feature: key, arm: 'canary' })
    const ack = { instance: `host-in-${place}`, epoch: plane.store.epoch, revision: 0, hash: 'h' }
    await plane.ask('POST /v1/acks', { as, body: ack })
    const [note] = await plane.store.pendingProposals(key)
    const named = { feature: key, chain: key, key: 'summary', id: `id-${as}`, version: third }
    names[place] = { ...named, rollout: body.id, proposal: note?.id ?? 'none' }
  }
  return { plane, names }
}

const questions: Record<string, (version: string) => unknown> = {
  'PUT /v1/features/{feature}/active': (version) => ({ version, reason: 'x', breakGlass: { reason: 'x' } }),
  'POST /v1/features/{feature}/rollouts': (version) => ({ version, supersede: true, breakGlass: { reason: 'x' } }),
  'POST /v1/features/{feature}/proposals': (version) => ({ act: 'activate', version, reason: 'x' }),
  'POST /v1/rollouts/{rollout}/exclusions': () => ({ token: 'id', reason: 'x' }),
  'POST /v1/acks': () => ({ instance: 'mine', epoch: 'e', revision: 0, hash: 'h' }),
  'POST /v1/outcomes': (version) => ({
    outcomes: [{ id: 'mine', feature: 'summary', version, observedAt: '2026-11-24T09:00:00Z' }],
  }),
  'POST /v1/tokens': () => ({ name: 'n', scopes: ['viewer'] }),
  'DELETE /v1/units': () => ({ unit: 'ann' }),
  'POST /ofrep/v1/evaluate/flags': () => ({ context: { targetingKey: 'ann' } }),
  'POST /ofrep/v1/evaluate/flags/{key}': () => ({ context: { targetingKey: 'ann' } }),
}

const filled = (path: string, names: Record<string, string>) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => names[name] ?? 'none')

export interface Answer {
  /** The route, without what stands in its place. */
  path: string
  address: string
  status: number
  text: string
}

/** What every route of the API answers to tokens of one environment: one that may do all, and one of an application. */
export async function* answers(
  plane: StagedPlane,
  { all, application }: { all: string; application: string },
  names: Record<string, string>,
): AsyncGenerator<Answer> {
  for (const { method, path, scopes: needed } of routes) {
    if (path === '/v1/stream') continue
    const address = `${method} ${filled(path, names)}`
    const body =
      questions[`${method} ${path}`]?.(names.version ?? '') ?? (method === 'GET' ? undefined : { reason: 'x' })
    const as = needed?.length === 1 && needed[0] === 'client' ? application : all
    const { status, ...response } = await answerOf(
      plane.plane.fetch(plane.request(address, { as, ...(body !== undefined && { body }) })),
    )
    yield { path, address, status, ...response }
  }
}

/** What every page and every act answers. */
export async function* pages(visitor: Visitor, names: Record<string, string>, query = ''): AsyncGenerator<Answer> {
  for (const { method, path } of pageRoutes) {
    if (/^\/(?:sign-in|sign-out|assets|live|help)/.test(path)) continue
    const address = filled(path, names)
    const form = { reason: 'x', revision: '0', sendKey: 'a'.repeat(20), version: names.version ?? '' }
    const asked = method === 'GET' ? visitor.get(`${address}${query}`) : visitor.send(address, form)
    yield { path, address: `${method} ${address}`, ...(await answerOf(asked)) }
  }
}

async function answerOf(asked: Response | Promise<Response>): Promise<Pick<Answer, 'status' | 'text'>> {
  const response = await asked
  return { status: response.status, text: await response.text() }
}

/** A token that may do all in one environment, and one of an application there. */
export async function tokensFor(plane: StagedPlane, place: Place): Promise<{ all: string; application: string }> {
  const everything = { scopes: scopes.filter((scope) => scope !== 'client'), environments: [place] }
  return {
    all: await plane.token(`all-of-${place}`, everything),
    application: await plane.token(`app-of-${place}`, { scopes: ['client'], environments: [place] }),
  }
}
