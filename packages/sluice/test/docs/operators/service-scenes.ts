import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { personId } from '../../../src/control/server/access/people.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { StoreError, type StoreFault } from '../../../src/control/store/store-error.ts'
import { createLeanFetch } from '../../../src/core/providers/http/lean-fetch.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import type { LogDraft } from '../../../src/records/outcome.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { tokenOf } from '../../support/control-plane/control-plane.ts'
import { stagedPlane } from '../../support/control-plane/environments.ts'
import { acknowledge } from '../../support/control-plane/launched.ts'
import { sendForm, signedIn } from '../../support/control-plane/visitor.ts'
import { startIdentityProvider } from '../../support/oidc/identity-provider.ts'
import { arrive, cookieIn, oidcCallback, planeAt, visit } from '../../support/oidc/oidc-visitor.ts'
import { answerOf, feature, operatedPlane, soonMs, textOf } from './operated-plane.ts'
import type { Scene } from './rollout-scenes.ts'

const page = (id: string) => `/rollouts/${id}`
const applied = `/features/${feature}/applied`
const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
const judgedAll = { store: true, judge: { percent: 100, budgetUsdPerDay: 5 } }

/** Scores of six days, 300 a day, which fall after the third. */
function fallingScores(version: string, since: number): LogDraft[] {
  const random = seededRandom(5)
  return Array.from({ length: 1800 }, (_, index): LogDraft => {
    const at = since + Math.round((index / 300) * 86_400_000)
    const mean = index < 900 ? 0.8 : 0.45
    return {
      ...{ kind: 'score', id: `s${index}`, of: `q${index}`, feature, version, unit: `u${index}`, position: null },
      ...{ rolloutId: null, arm: null, stage: null, observedAt: at, receivedAt: at, judgeUsd: 0.001 },
      ...{ score: Math.min(1, Math.max(0, mean + 0.2 * random.normal())), judgeId: 'judge-1' },
      ...{ sampled: 0.2, sampledOther: 0.2 },
    }
  })
}

/** What happens to the judge, instances, the store and people, by the section of the guide that tells of it. */
export const serviceScenes: Record<string, Scene> = {
  async 'the-judge-fails'() {
    let isDown = true
    const judge = () => {
      if (isDown) throw new ProviderError('overloaded', 'busy')
      return answerOf('yes')
    }
    await using plane = await operatedPlane({ live: judgedAll, judge })
    const id = await plane.start()
    await plane.traffic({ users: 8 })
    await plane.wait(soonMs)
    const down = [await plane.read(page(id)), await plane.read('/judge')]
    isDown = false
    await plane.sleep(20 * 60_000)
    await plane.wait(2 * soonMs)
    return [...plane.notified, ...down, await plane.read('/judge')]
  },

  async 'the-judges-budget-is-spent'() {
    const live = { store: true, judge: { percent: 100, budgetUsdPerDay: 0.2 } }
    await using plane = await operatedPlane({ live, judge: () => ({ ...answerOf('yes'), costUsd: 0.02 }) })
    const id = await plane.start()
    await plane.traffic({ users: 20 })
    return [...plane.notified, await plane.read(page(id)), await plane.read('/judge'), await plane.read('/costs')]
  },

  async drift() {
    await using plane = await operatedPlane()
    await plane.store.append(fallingScores((await plane.store.feature(feature))?.active ?? '', plane.now()))
    await plane.sleep(6 * 86_400_000)
    return [...plane.notified, await plane.read('/'), await plane.read('/judge')]
  },

  async 'an-instance-lags'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    const reports = (instance: string) => acknowledge(plane, instance, { maxStaleMs: 60_000 })
    for (const instance of ['web-1', 'web-2']) await reports(instance)
    const shown = [await plane.act(`${page(id)}/rollback`), await plane.read('/instances')]
    await plane.wait(soonMs)
    await reports('web-1')
    shown.push(await plane.read(applied), await plane.read('/instances'))
    await reports('web-2')
    return [...shown, await plane.read(applied)]
  },

  async 'the-store-fails'() {
    const store = memoryStore()
    await using plane = await operatedPlane({ store })
    const id = await plane.start()
    const { commit, head } = store
    const shown = [await plane.read('/')]
    store.head = () => Promise.reject(new StoreError('unreachable', 'a standby'))
    await plane.wait(soonMs)
    shown.push(await plane.read('/'))
    store.head = head
    await plane.wait(soonMs)
    for (const fault of ['full', 'unreachable', 'busy'] satisfies StoreFault[]) {
      store.commit = () => Promise.reject(new StoreError(fault, fault))
      shown.push(await plane.act(`${page(id)}/rollback`))
    }
    store.commit = commit
    return [...shown, await plane.act(`${page(id)}/rollback`)]
  },

  // What a page says of itself is in its script; test/control/server/pages/browser sees it in a browser.
  async 'a-page-is-old'() {
    const script = path.join(import.meta.dirname, '../../../src/control/pages/client/live.ts')
    return [readFileSync(script, 'utf8')]
  },

  async 'nobody-leads'() {
    const store = memoryStore()
    await using plane = await operatedPlane({ store })
    const id = await plane.start()
    const { leases } = store
    store.leases = async () => []
    const shown = [await plane.read('/'), await plane.read('/instances'), await plane.read(page(id))]
    store.leases = leases
    const mended = await plane.read('/')
    assert.doesNotMatch(mended, /No replica leads/)
    return [...shown, mended]
  },

  async 'the-evidence-could-not-be-read'() {
    const store = memoryStore()
    await using plane = await operatedPlane({ store })
    const id = await plane.start()
    await plane.traffic({ users: 40 })
    const { cursor = 0 } = (await store.checkpoint(`rollout:${id}`)) ?? {}
    await store.saveCheckpoint(`rollout:${id}`, cursor, { cursor: cursor + 1, state: { odd: true } })
    await plane.wait(soonMs)
    const paused = await plane.read(page(id))
    await plane.act(`${page(id)}/resume`)
    return [...plane.notified, paused, await plane.read(page(id))]
  },

  async 'you-cannot-sign-in'() {
    await using plane = await operatedPlane()
    const viewer = await signedIn(plane, 'viewer')
    const id = await plane.start()
    const attempt = async (token: string) => textOf(await (await sendForm(plane, '/sign-in', { token })).text())
    const shown = [await attempt('wrong'), await attempt(tokenOf('ci'))]
    shown.push(textOf(await (await viewer.get(`${page(id)}/rollback`)).text()))
    for (let count = 0; count < 20; count += 1) shown.push(await attempt('wrong'))
    await viewer.send('/sign-out', { everywhere: 'yes' })
    await plane.wait(soonMs)
    const form = (await viewer.get('/')).headers.get('location') ?? ''
    shown.push(textOf(await (await plane.plane.fetch(plane.request(`GET ${form}`))).text()))
    return [...shown, ...(await refusedByGroups()), await refusedInAFlood()]
  },

  async 'a-release-waits-for-approval'() {
    await using plane = await operatedPlane({ approvals: { '*': rule } })
    const proposed = await plane.propose()
    await plane.wait(soonMs)
    const asked = [await plane.read('/'), await plane.read(`/proposals/${proposed}`, 'approver'), ...plane.notified]
    await plane.ask(`POST /v1/proposals/${proposed}/approve`, { as: 'approver', body: {} })
    await plane.wait(soonMs)
    const made = [await plane.read(`/proposals/${proposed}`, 'approver'), await plane.read('/')]
    return [...asked, ...made, await refusedBeforeItsTurn()]
  },

  async 'released-without-approval'() {
    await using plane = await operatedPlane({ approvals: { '*': rule } })
    await plane.start({ breakGlass: { reason: '1.3 leaks addresses' } })
    const { proposals } = (await plane.ask('GET /v1/proposals', { as: 'approver' })).body
    const unreviewed = await plane.read(`/proposals/${proposals[0].id}`, 'approver')
    const body = { reason: 'it was right' }
    await plane.ask(`POST /v1/proposals/${proposals[0].id}/review`, { as: 'approver', body })
    await plane.wait(soonMs)
    return [...plane.notified, unreviewed, await plane.read(`/proposals/${proposals[0].id}`, 'approver')]
  },

  async 'nobody-was-notified'() {
    await using plane = await operatedPlane({ slack: () => new Response('no', { status: 403 }) })
    await plane.start()
    await plane.wait(soonMs)
    return [await plane.read(`/features/${feature}`), ...plane.notified]
  },
}

/** What a page says of a release to an environment before that to the one before it. */
async function refusedBeforeItsTurn(): Promise<string> {
  await using plane = await stagedPlane()
  const who = await signedIn(plane, 'operator')
  return textOf(await who.page(`/features/summary/activate?version=${plane.first}`))
}

/** What people of an identity provider are told who cannot sign in. */
async function refusedByGroups(): Promise<string[]> {
  await using provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  await using plane = await planeAt(provider)
  await using away = await planeAt({ issuer: 'http://127.0.0.1:1' })
  const shown = [await (await visit(away, '/sign-in/oidc')).text()]
  provider.people.set('ann', { name: 'Ann', groups: ['sales'] })
  shown.push((await arrive(plane, provider, 'ann')).text)
  provider.people.set('ann', { name: 'Ann', groups: ['on-call'] })
  await arrive(plane, provider, 'ann')
  await plane.ask(`DELETE /v1/tokens/${personId(provider.issuer, 'ann')}`, { as: 'admin' })
  shown.push((await arrive(plane, provider, 'ann')).text)
  return shown.map(textOf)
}

/** More than those who are asked about at once, and those who may wait. */
const flood = 60

/** What somebody is told who comes back from an identity provider while very many do, whom it answers slowly. */
async function refusedInAFlood(): Promise<string> {
  await using provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  const [ask, slow] = [createLeanFetch({ env: {} }), Promise.withResolvers<void>()]
  const fetch: typeof globalThis.fetch = async (address, init) => {
    if (String(address).endsWith('/token')) await slow.promise
    return ask(address, init)
  }
  await using plane = await planeAt(provider, { fetch })
  const callbacks = Array.from({ length: flood }, async () => {
    const begun = await visit(plane, '/sign-in/oidc')
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state')
    const address = `${oidcCallback}?code=guessed&iss=${provider.issuer}&state=${state}`
    return visit(plane, address, cookieIn(begun, 'sluice_sign_in'))
  })
  const first = await Promise.race(callbacks)
  slow.resolve()
  await Promise.all(callbacks)
  return textOf(await first.text())
}
