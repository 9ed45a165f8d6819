import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { by, byHand, canary, handClock, incumbent } from '../../support/controller/stage.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'
import { fakeRepository } from '../../support/github/fake-repository.ts'
import { start as startOfTime } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import {
  activate,
  following,
  happened,
  linkOf,
  publishedStore,
  publishFrom,
  repository as repositoryName,
  start,
  untilKnown,
  untilTold,
  world,
} from './followed-store.ts'

const rollBack = { type: 'rollBack', rolloutId: 'r-1', reason: 'The canary is worse.', why: 'evidence' } as const

const troubleWith = (request: RegExp, status: number, more = {}) => ({ of: request, status, ...more })

test('a promoted rollout: a deployment for each stage and release, and a status that ends well', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await using follower = following(store, github)
  await untilKnown(store)
  await activate(store)
  await start(store)
  await applyEvent(store, 'mail', { type: 'pause', reason: 'lunch' }, by, byHand)
  await applyEvent(store, 'mail', { type: 'resume', reason: 'back' }, by, byHand)
  await applyEvent(store, 'mail', { type: 'advance', reason: 'No worse so far.' }, by, byHand)
  await applyEvent(store, 'mail', { type: 'promote', reason: 'Good.', strength: 'strong' }, by, byHand)
  await untilTold(store)
  assert.deepEqual(happened(repository), [
    'release of 3.0: success inactive',
    'r-1 stage 1: in_progress pending in_progress success inactive',
    'r-1 stage 2: in_progress success inactive',
    'release of 3.1: success',
  ])
  const [, stage, , release] = repository.deployments
  assert.deepEqual(
    [stage?.environment, stage?.task, stage?.description],
    ['production', 'sluice:mail', 'mail 3.1, stage 1 of 4: 1 % of the users'],
  )
  assert.equal(stage?.statuses[0]?.log_url, 'https://s.example/rollouts/r-1')
  assert.deepEqual(
    [release?.sha, release?.statuses[0]?.description],
    [repository.branches.get('main'), 'Everybody gets 3.1, by ann (Good.)'],
  )
  const statuses = repository.commitStatuses.map(({ state, context }) => `${context} ${state}`)
  assert.deepEqual(statuses.slice(0, 2), ['sluice/production/mail success', 'sluice/production/mail pending'])
  assert.partialDeepStrictEqual(repository.commitStatuses.at(-1), {
    sha: release?.sha,
    state: 'success',
    description: '3.1: Promoted, proven, 1 Jan 2026 00:00Z, by ann: everybody got the canary.',
    target_url: 'https://s.example/rollouts/r-1',
  })
  assert.deepEqual(follower.errors, [])
  assert.deepEqual(await linkOf(store), {
    ...{ state: 'works', words: null, checkWay: 'status', since: startOfTime },
  })
})

test('releases that are taken back are failures, and an end without a verdict is none', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  repository.may.checks = true
  await using _ = following(store, github, { environment: 'live/{feature}' })
  await untilKnown(store)
  await activate(store)
  await start(store)
  await applyEvent(store, 'mail', rollBack, { ...by, by: 'sluice' }, { tokenId: null })
  await start(store, 'r-2')
  await start(store, 'r-3', true)
  await applyEvent(store, 'mail', { type: 'abort', reason: 'enough' }, by, byHand)
  await activate(store, canary)
  await applyEvent(store, 'mail', { type: 'rollBack', reason: 'dates are wrong' }, by, byHand)
  await untilTold(store)
  assert.deepEqual(happened(repository), [
    'release of 3.0: success inactive',
    'r-1 stage 1: in_progress failure',
    'r-2 stage 1: in_progress inactive',
    'r-3 stage 1: in_progress inactive',
    'release of 3.1: success failure',
    'release of 3.0: success',
  ])
  assert.equal(repository.deployments[0]?.environment, 'live/mail')
  const told = repository.checkRuns.map(({ conclusion, output }) => `${conclusion} ${output.title}`)
  assert.deepEqual(told, [
    'neutral 3.0: released to everybody by ann, without a canary.',
    'failure 3.1: Rolled back, 1 Jan 2026 00:00Z, by sluice: everybody got the incumbent again.',
    'cancelled 3.1: Superseded, 1 Jan 2026 00:00Z, by ann: the next rollout took its place.',
    'cancelled 3.1: Aborted, 1 Jan 2026 00:00Z, by ann: everybody got the incumbent again.',
    'neutral 3.1: released to everybody by ann, without a canary.',
    'failure 3.1: taken back by ann, everybody gets 3.0 again.',
  ])
  assert.deepEqual(repository.commitStatuses, [], 'where check runs are allowed there is no status beside them')
})

test('deployments are called after their environment, and only what is taken back in the last one is reverted', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await using _ = following(store, github, { revertPullRequest: true }, undefined, ['staging', 'production'])
  await untilKnown(store)
  const staging = 'mail@staging'
  const release = (key: string, id: string) =>
    applyEvent(store, key, { type: 'activate', version: id, reason: 'it passed' }, by, byHand)
  await release(staging, incumbent)
  await release(staging, canary)
  await applyEvent(store, staging, { type: 'rollBack', reason: 'dates are wrong' }, by, byHand)
  await release('mail', incumbent)
  await untilTold(store)
  await untilTold(store, undefined, staging)
  const told = repository.deployments.map(({ environment, description }) => [environment, description])
  assert.deepEqual(told.toSorted(), [
    ['production', 'mail 3.0 for everybody'],
    ['staging', 'mail@staging 3.0 for everybody'],
    ['staging', 'mail@staging 3.0 for everybody'],
    ['staging', 'mail@staging 3.1 for everybody'],
  ])
  assert.deepEqual(repository.pulls, [])
})

test('a crash between a call and its note makes nothing twice', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  let crashAfter = 'POST /repos/acme/mail/deployments'
  let isCrashing = false
  github.before = (request) => {
    isCrashing ||= request === crashAfter
  }
  const crashing: Store = {
    ...store,
    async saveCheckpoint(...args) {
      if (isCrashing) throw new StoreError('failed', 'the process is gone')
      return store.saveCheckpoint(...args)
    },
  }
  const first = following(crashing, github)
  await untilKnown(store)
  await activate(store)
  await until(() => isCrashing && repository.deployments.length === 1, 'the first deployment')
  await first.close()
  ;[isCrashing, crashAfter] = [false, `POST /repos/acme/mail/deployments/${repository.deployments[0]?.id}/statuses`]
  // Until it is known what became of a request whose answer nobody has seen, nothing else is asked for.
  const later = handClock()
  later.at += 60_000
  const second = following(crashing, github, {}, later)
  await until(() => isCrashing && repository.deployments[0]?.statuses.length === 1, 'its state')
  await second.close()
  ;[isCrashing, crashAfter] = [false, 'never']
  // GitHub may do what it is asked and fail to say so.
  github.trouble.push(troubleWith(/^POST .*\/deployments$/, 502, { carriedOut: true }))
  await using third = following(store, github)
  await start(store)
  await untilTold(store, third.clock)
  assert.deepEqual(happened(repository), ['release of 3.0: success', 'r-1 stage 1: in_progress'])
})

test('a request that hangs while another replica takes the lead makes one deployment', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  let leader = 'first'
  let looks = 0
  const replica = (name: string): Store => ({
    ...store,
    async lead(lease) {
      if (leader !== name) return undefined
      const nothing = { renew: async () => true, release: async () => {} }
      return { fence: { name: lease, number: 1 }, lastsMs: Infinity, held: () => leader === name, ...nothing }
    },
    async checkpoint(...args) {
      looks += name === 'second' ? 1 : 0
      return store.checkpoint(...args)
    },
  })
  const [arrived, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  github.before = async (request) => {
    if (request !== 'POST /repos/acme/mail/deployments') return
    arrived.resolve()
    await mayGoOn.promise
  }
  await using _ = following(replica('first'), github)
  await untilKnown(store)
  await activate(store)
  await arrived.promise
  leader = 'second'
  await using second = following(replica('second'), github)
  await until(() => looks > 5, 'the other replica to have looked')
  mayGoOn.resolve()
  await until(() => repository.deployments.length > 0, 'the deployment')
  await untilTold(store, second.clock)
  assert.deepEqual(happened(repository), ['release of 3.0: success'])
})

test('two control planes that tell one repository leave alone what the other one says', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const commits = { incumbent: repository.commit({ a: '1' }), canary: repository.commit({ a: '2' }) }
  const [first, other] = [await publishedStore(commits), await publishedStore(commits)]
  const tell = async (told: Store, settings: Parameters<typeof following>[2]) => {
    const follower = following(told, github, settings)
    await untilKnown(told)
    for (const id of [incumbent, canary]) await activate(told, id)
    await untilTold(told)
    await follower.close()
  }
  await tell(first, {})
  await tell(other, {})
  assert.deepEqual(happened(repository), [
    ...['release of 3.0: success inactive', 'release of 3.1: success'],
    ...['release of 3.0: success inactive', 'release of 3.1: success'],
  ])
  await tell(store, { environment: 'staging/{feature}' })
  repository.may.checks = true
  await tell(await publishedStore(commits), { name: 'staging eu' })
  const contexts = new Set(repository.commitStatuses.map(({ context }) => context))
  assert.deepEqual([...contexts], ['sluice/production/mail', 'sluice/staging/mail'])
  assert.deepEqual([...new Set(repository.checkRuns.map(({ name }) => name))], ['sluice: mail (staging eu)'])
})

test('one replica tells, and another goes on where it stopped', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const first = following(store, github)
  await untilKnown(store)
  await using _ = following(store, github)
  await activate(store)
  await untilTold(store)
  await first.close()
  await start(store)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.0: success', 'r-1 stage 1: in_progress'])
})

test('hostile labels and reasons are one short visible line, and nothing in Markdown', async () => {
  const repository = fakeRepository()
  repository.may.checks = true
  await using github = await fakeGithub({ repository })
  const commit = repository.commit({ a: '1' })
  const store = await publishedStore({ incumbent: commit, canary: commit })
  const label = 'x\u202e`|<img src=x onerror=alert(1)>\n@acme/all #1 [a](javascript:1)'
  await publishFrom(store, { id: 'cccccccccccc', label, commit })
  await using _ = following(store, github)
  await untilKnown(store)
  await activate(store)
  const reason = `</details><script>alert(1)</script>\r\n\r\n# @everyone ![x](https://evil.example/x) ${'y'.repeat(500)}`
  await applyEvent(store, 'mail', { type: 'activate', version: 'cccccccccccc', reason }, by, byHand)
  await untilTold(store)
  const said = repository.deployments.flatMap(({ description, statuses }) => [
    description,
    ...statuses.map((one) => one.description),
  ])
  for (const text of [...said, ...repository.checkRuns.map(({ output }) => output.title)]) {
    assert.ok([...text].length <= 140, text)
    assert.doesNotMatch(text, /[\n\r\u202e]/)
  }
  const { summary = '' } = repository.checkRuns.at(-1)?.output ?? {}
  assert.doesNotMatch(summary.replaceAll(/`+[^`]*`+/g, ''), /<script|<img|@everyone|@acme|!\[x\]|https:\/\/evil/)
  assert.match(summary, /> .*&lt;script&gt;/)
})

test('the past of a feature that the settings add later is not told', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const before = following(store, github, { features: ['chat'] })
  await untilKnown(store)
  await activate(store)
  await before.close()
  const clock = handClock()
  clock.at += 90_000_000
  await using _ = following(store, github, {}, clock)
  await untilTold(store)
  assert.deepEqual(happened(repository), [])
  const now = { ...by, at: clock.at }
  await applyEvent(store, 'mail', { type: 'activate', version: canary, reason: 'x' }, now, byHand)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.1: success'])
})

test('a state that cannot be read is begun anew from now on', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await store.saveCheckpoint(`github:${repositoryName}`, -1, { cursor: 5, state: { seen: 'nonsense' } })
  await activate(store)
  await using _ = following(store, github, {}, handClock())
  await until(async () => (await store.checkpoint(`github:${repositoryName}`))?.cursor === 0, 'a new state')
  await start(store)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['r-1 stage 1: in_progress'])
})
