import { acknowledge } from '../../support/control-plane/launched.ts'
import { feature, operatedPlane, soonMs } from './operated-plane.ts'

const minute = 60_000
const page = (id: string) => `/rollouts/${id}`
const applied = `/features/${feature}/applied`

/** Brings a symptom about, does what the guide says, and returns all that was shown and sent on the way. */
export type Scene = () => Promise<string[]>

const failing = { canary: 0.3 }
const twoInstances = ['web-1', 'web-2']

/** What happens to rollouts, by the section of the guide that tells of it. */
export const rolloutScenes: Record<string, Scene> = {
  async 'rolled-back'() {
    await using plane = await operatedPlane()
    for (const instance of twoInstances) await acknowledge(plane, instance)
    const id = await plane.start()
    for (const instance of twoInstances) await acknowledge(plane, instance)
    await plane.traffic({ fails: failing })
    const lagging = await plane.read(applied)
    for (const instance of twoInstances) await acknowledge(plane, instance)
    return [...plane.notified, lagging, await plane.read(page(id)), await plane.read(applied)]
  },

  async 'users-complain'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    await plane.traffic({ users: 100 })
    const shown = [await plane.read('/'), await plane.read(page(id)), await plane.read(`${page(id)}/rollback`)]
    await plane.act(`${page(id)}/promote`)
    await plane.start({ version: await plane.publish(feature, 'In two sentences: {{email}}') })
    shown.push(await plane.read(`/features/${feature}`), await plane.act(`/features/${feature}/rollback`))
    return shown
  },

  async 'evidence-against-the-canary'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    const shown: string[] = []
    for (let rounds = 0; rounds < 20 && !plane.notified.some((text) => /evidence against/.test(text)); rounds += 1) {
      await plane.traffic({ users: 12, fails: { canary: 0.2 } })
      shown.push(await plane.read(page(id)))
    }
    for (let rounds = 0; rounds < 20 && !/Rolled back/.test(shown.at(-1) ?? ''); rounds += 1) {
      await plane.traffic({ users: 12, fails: failing })
      shown.push(await plane.read(page(id)))
    }
    return [...plane.notified, ...shown]
  },

  async 'too-little-data'() {
    await using plane = await operatedPlane()
    const id = await plane.start({ settings: { stages: [50, 60].map((percent) => ({ percent, soak: '30m' })) } })
    await plane.traffic({ users: 40 })
    await plane.sleep(31 * minute)
    const held = await plane.read(page(id))
    await plane.sleep(13 * 60 * minute)
    await plane.traffic({ users: 200 })
    return [...plane.notified, held, await plane.read('/')]
  },

  async undecided() {
    await using plane = await operatedPlane()
    const signals = { score: 0, errors: 0.7, slow: 0, safety: 0.3 }
    const settings = { stages: [{ percent: 50, soak: '1m' }], patience: '3m', onUndecided: 'hold', signals }
    const id = await plane.start({ settings })
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.traffic({ fails: { canary: 0.03, incumbent: 0.03 } })
    const held = await plane.read(page(id))
    await plane.act(`${page(id)}/abort`)
    return [...plane.notified, held, await plane.read(page(id))]
  },

  async 'no-outcomes'() {
    await using plane = await operatedPlane()
    const id = await plane.start({ settings: { stages: [{ percent: 50, soak: '30m' }] } })
    const nothing = [await plane.read(page(id)), await plane.read('/instances')]
    await plane.traffic({ users: 40 })
    const heard = await plane.read(page(id))
    await plane.sleep(5 * minute)
    const silent = [await plane.read('/'), await plane.read(page(id))]
    await plane.sleep(26 * minute)
    return [...nothing, heard, ...silent, await plane.read(page(id)), ...plane.notified]
  },

  async 'sample-ratio'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    let sent = 0
    const leftOut = (arm: string) => arm === 'canary' && ++sent % 4 > 0
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.traffic({ leftOut })
    const held = await plane.read(page(id))
    await plane.act(`${page(id)}/abort`)
    return [...plane.notified, held, await plane.read(page(id))]
  },

  async 'one-application-alone'() {
    await using plane = await operatedPlane()
    await plane.token('token-of-mobile', { name: 'mobile', scopes: ['client'] })
    const id = await plane.start()
    for (let rounds = 0; rounds < 4; rounds += 1) {
      await plane.traffic({ users: 160 })
      await plane.traffic({ users: 60, as: 'token-of-mobile', fails: { canary: 0.2 } })
    }
    const disputed = await plane.read(page(id))
    const token = 'id-token-of-mobile'
    await plane.ask(`POST /v1/rollouts/${id}/exclude`, { as: 'operator', body: { token, reason: 'it is broken' } })
    await plane.wait(soonMs)
    return [...plane.notified, disputed, await plane.read(page(id))]
  },

  async 'it-costs-too-much'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    await plane.traffic({ users: 40 })
    await plane.sleep(20 * minute)
    for (let rounds = 0; rounds < 4; rounds += 1) await plane.traffic({ costUsd: { canary: 0.02, incumbent: 0.002 } })
    return [...plane.notified, await plane.read(page(id)), await plane.read('/costs')]
  },

  async 'two-people-act-at-once'() {
    await using plane = await operatedPlane()
    const id = await plane.start()
    const meanwhile = () => plane.ask(`POST /v1/rollouts/${id}/pause`, { as: 'operator', body: { reason: 'lunch' } })
    return [await plane.act(`${page(id)}/promote`, { meanwhile })]
  },
}
