import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lateName, loadProgress, newProgress, progressName } from '../../../src/control/github/github-progress.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { by, byHand, incumbent } from '../../support/controller/stage.ts'
import { until } from '../../support/until.ts'
import {
  activate,
  following,
  lateOf,
  linkOf,
  publishFrom,
  repository as repositoryName,
  start,
  untilKnown,
  untilTold,
  type World,
  world,
} from './followed-store.ts'

const rollBack = (store: Store, rolloutId = 'r-1') =>
  applyEvent(store, 'mail', { type: 'rollBack', rolloutId, reason: 'worse', why: 'evidence' }, by, byHand)

const promote = (store: Store, rolloutId = 'r-1') =>
  applyEvent(store, 'mail', { type: 'promote', rolloutId, reason: 'better' }, by, byHand)

interface LateWorld extends World {
  /** The commit of the canary. */
  trialled: string
  /** From now on GitHub answers so whatever concerns the commit; null: it takes everything. */
  answer: (status: number | null) => void
  /** The requests that concern the commit. */
  asked: () => string[]
  /** What the check runs of the commit ended in. */
  ended: () => (string | undefined)[]
  /** The statuses of the commit. */
  statuses: () => string[]
}

async function lateWorld({ checks }: { checks: boolean }): Promise<LateWorld> {
  const scene = await world()
  const { repository, github } = scene
  repository.may.checks = checks
  const trialled = repository.branches.get('main') ?? ''
  const of = new RegExp(`/(commits|statuses)/${trialled}`)
  return {
    ...scene,
    trialled,
    answer: (status) =>
      void github.trouble.splice(0, 1, ...(status === null ? [] : [{ of, status, message: 'No commit', times: 1e6 }])),
    asked: () => github.requests.filter((request) => of.test(request)),
    ended: () => repository.checkRuns.filter((run) => run.head_sha === trialled).map((run) => run.conclusion),
    statuses: () => repository.commitStatuses.filter(({ sha }) => sha === trialled).map(({ state }) => state),
  }
}

/** The incumbent is released, and all that came before was told. */
async function released({ store }: World, follower: { close: () => Promise<void> }): Promise<void> {
  await untilKnown(store)
  await activate(store)
  await untilTold(store)
  await follower.close()
}

/** Then a rollout starts of whose commit GitHub takes nothing, and the replica that has told of it ends. */
async function startUntaken(scene: LateWorld): Promise<void> {
  const { github, store, answer } = scene
  await released(scene, following(store, github))
  answer(404)
  const first = following(store, github)
  await start(store)
  await untilTold(store)
  await first.close()
}

test('what GitHub can never take is tried again after a restart, said, and then given up', async () => {
  await using scene = await lateWorld({ checks: true })
  const { github, store, answer } = scene
  await startUntaken(scene)
  assert.equal((await lateOf(store)).length, 1)
  answer(422)
  await using second = following(store, github)
  await until(async () => (await lateOf(store)).length === 0, 'that it is given up')
  assert.equal(second.errors.length, 1)
  assert.match(second.errors[0] ?? '', /GitHub did not get all messages about mail: .*422 No commit/)
  assert.deepEqual(second.counted, ['check refused'])
})

test('the commit of a rollout that ended before a restart does not stay without its end', async () => {
  await using scene = await lateWorld({ checks: true })
  const { github, store, answer, ended } = scene
  await released(scene, following(store, github))
  const first = following(store, github)
  await start(store)
  await untilTold(store)
  assert.deepEqual(ended(), [undefined])
  answer(404)
  await rollBack(store)
  await untilTold(store)
  await first.close()
  answer(null)
  await using second = following(store, github)
  await until(() => ended()[0] === 'failure', 'the end')
  assert.deepEqual(ended(), ['failure'])
  await until(async () => (await lateOf(store)).length === 0, 'that nothing is left')
  assert.deepEqual(second.errors, [])
})

for (const checks of [true, false])
  test(`the last word on a commit is the newest, by ${checks ? 'check runs' : 'statuses'}`, async () => {
    await using scene = await lateWorld({ checks })
    const { github, store, answer, ended, statuses } = scene
    await released(scene, following(store, github))
    answer(404)
    await using follower = following(store, github)
    await start(store)
    await promote(store)
    await activate(store, incumbent)
    await start(store, 'r-2')
    await rollBack(store, 'r-2')
    await untilTold(store)
    const before = follower.counted.length
    await until(() => {
      follower.clock.at += 60_000
      return follower.counted.length > before
    }, 'an attempt that fails')
    assert.deepEqual(follower.counted.slice(before), ['check later'])
    answer(null)
    await until(async () => {
      follower.clock.at += 60_000
      return (await lateOf(store)).length === 0
    }, 'what was kept')
    assert.deepEqual(checks ? ended() : statuses(), ['failure'])
  })

test('what is told of a commit after a restart is not followed by what is older', async () => {
  await using scene = await lateWorld({ checks: false })
  const { github, store, answer, statuses } = scene
  await released(scene, following(store, github))
  answer(404)
  const first = following(store, github)
  await start(store)
  await promote(store)
  await activate(store, incumbent)
  await untilTold(store)
  await first.close()
  const [late] = await lateOf(store)
  answer(null)
  await start(store, 'r-2')
  await rollBack(store, 'r-2')
  const second = following(store, github)
  await untilTold(store)
  await until(async () => (await lateOf(store)).length === 0, 'that nothing is left')
  await second.close()
  assert.deepEqual(statuses(), ['pending', 'failure'])
  // As if a replica of an older release had told it, which leaves alone what waits.
  const name = lateName(repositoryName)
  const { cursor = -1 } = (await store.checkpoint(name)) ?? {}
  await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state: { late: [late] } })
  await using _third = following(store, github)
  await until(async () => (await lateOf(store)).length === 0, 'that nothing is left')
  assert.deepEqual(statuses(), ['pending', 'failure', 'failure'])
})

test('a check that waits in a row that another replica finishes is not lost', async () => {
  await using scene = await lateWorld({ checks: true })
  const { github, store, answer, ended } = scene
  await released(scene, following(store, github))
  const first = following(store, github)
  await start(store)
  await untilTold(store)
  answer(404)
  github.trouble.push({ of: /^POST .*\/deployments$/, status: 500, times: 1e6 })
  await promote(store)
  await until(async () => (await linkOf(store))?.state === 'fails', 'the failure after the check')
  await first.close()
  assert.equal((await lateOf(store)).length, 1)
  github.trouble.splice(0)
  await using second = following(store, github)
  await untilTold(store, second.clock)
  await until(async () => (await lateOf(store)).length === 0, 'that nothing is left')
  assert.deepEqual([ended(), second.errors], [['neutral'], []])
})

test('how far GitHub was told stays readable for older replicas, and without what waits', async () => {
  await using scene = await lateWorld({ checks: true })
  const { github, store, answer, ended } = scene
  await startUntaken(scene)
  assert.equal((await lateOf(store)).length, 1)
  const { state } = (await store.checkpoint(progressName(repositoryName))) ?? {}
  assert.deepEqual(Object.keys(state as object).sort(), ['doing', 'link', 'making', 'seen'])
  const name = lateName(repositoryName)
  const { cursor = -1 } = (await store.checkpoint(name)) ?? {}
  await store.saveCheckpoint(name, cursor, { cursor: cursor + 1, state: 'of another release' })
  answer(null)
  await using _second = following(store, github)
  await rollBack(store)
  await untilTold(store)
  assert.deepEqual(ended(), ['failure'])
})

test('a feature that the settings leave out since is not told of after a restart', async () => {
  await using scene = await lateWorld({ checks: true })
  const { github, store, answer, asked } = scene
  await startUntaken(scene)
  answer(null)
  const before = asked()
  await using _second = following(store, github, { features: ['other'] })
  await until(async () => (await lateOf(store)).length === 0, 'that it is left out')
  assert.deepEqual(asked(), before)
})

test('that a row was told is not stored where its check that waits could not be', async () => {
  const store = memoryStore()
  const progress = newProgress(store, repositoryName, { mail: 1 })
  await progress.save()
  await store.saveCheckpoint(lateName(repositoryName), -1, { cursor: 0, state: { late: [] } })
  progress.seen.set('mail', 2)
  progress.late = [{ feature: 'mail', commit: 'c1', seq: 2 }]
  await assert.rejects(progress.save(), { fault: 'busy' })
  assert.deepEqual((await loadProgress(store, repositoryName))?.seen, new Map([['mail', 1]]))
})

test('a replica that does not lead any more says no more of what waits', async () => {
  await using scene = await lateWorld({ checks: false })
  const { github, store, trialled, answer, statuses } = scene
  await publishFrom(store, { id: incumbent, label: '1', commit: trialled, feature: 'chat' })
  await released(scene, following(store, github))
  answer(404)
  const first = following(store, github)
  await start(store)
  await applyEvent(store, 'chat', { type: 'activate', version: incumbent, reason: 'x' }, by, byHand)
  await untilTold(store)
  await untilTold(store, undefined, 'chat')
  await first.close()
  assert.equal((await lateOf(store)).length, 2)
  answer(null)
  const before = statuses().length
  let isLeading = true
  github.before = (request) => {
    if (request === `POST /repos/acme/mail/statuses/${trialled}`) isLeading = false
  }
  const lead: Store['lead'] = async (...of) => {
    const lease = await store.lead(...of)
    return lease && { ...lease, held: () => isLeading && lease.held() }
  }
  const second = following({ ...store, lead }, github)
  await until(() => !isLeading, 'the first of them')
  await second.close()
  assert.equal(statuses().length, before + 1)
})
