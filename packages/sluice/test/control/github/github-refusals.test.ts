import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { by, byHand, canary, handClock, incumbent } from '../../support/controller/stage.ts'
import { lastingLease } from '../../support/store/lasting-lease.ts'
import { until } from '../../support/until.ts'
import {
  activate,
  following,
  happened,
  linkOf,
  publishFrom,
  start,
  untilKnown,
  untilTold,
  world,
} from './followed-store.ts'

const rollBack = { type: 'rollBack', rolloutId: 'r-1', reason: 'The canary is worse.', why: 'evidence' } as const

test('a rate limit is waited out as long as GitHub asks, and nothing of a rollout waits for it', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const clock = handClock()
  let looks = 0
  const setTimer: typeof clock.setTimer = (callback, ms) => {
    looks += 1
    return handClock().setTimer(callback, ms)
  }
  await using follower = following(store, github, {}, Object.assign(clock, { setTimer }))
  await untilKnown(store)
  const message = 'You have exceeded a secondary rate limit'
  github.trouble.push({ status: 403, headers: { 'retry-after': '90' }, message })
  await activate(store)
  await until(() => follower.errors.length === 1, 'the refusal')
  assert.match(follower.errors[0] ?? '', /GitHub takes nothing now: rate limit: .*secondary rate limit/)
  await start(store)
  await applyEvent(store, 'mail', rollBack, by, byHand)
  clock.at += 89_000
  const before = looks
  await until(() => looks > before + 5, 'some more looks')
  assert.deepEqual([(await store.feature('mail'))?.rollout?.status, github.requests.length], ['rolledBack', 1])
  clock.at += 1000
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.0: success', 'r-1 stage 1: in_progress failure'])
})

test('a limit that never ends is not believed, and a clock that is set back prolongs none', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const clock = Object.assign(handClock(), { passed: 0, steady: () => clock.passed })
  await using follower = following(store, github, {}, clock)
  await untilKnown(store)
  github.trouble.push({ status: 429, headers: { 'retry-after': '99999999999' }, message: 'rate limit' })
  await activate(store)
  await until(() => follower.errors.length === 1, 'the refusal')
  clock.at -= 86_400_000
  clock.passed += 3_600_000
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.0: success'])
})

test('a token without rights is said once, with the way out, and told again when it has them', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await using follower = following(store, github)
  await untilKnown(store)
  Object.assign(repository.may, { deployments: false, statuses: false })
  await activate(store)
  for (let round = 1; round <= 3; round += 1) {
    const asked = () => github.requests.filter((one) => one === 'POST /repos/acme/mail/deployments').length
    await until(() => {
      follower.clock.at += 60_000
      return asked() >= round
    }, 'another attempt')
  }
  await until(async () => (await linkOf(store))?.state === 'refused', 'the note')
  assert.equal(follower.errors.length, 1)
  assert.match(follower.errors[0] ?? '', /POST \/repos\/acme\/mail\/deployments: 403 .*; the token lacks a permission/)
  repository.may.deployments = true
  await until(async () => {
    follower.clock.at += 60_000
    return (await linkOf(store))?.state === 'works'
  }, 'the way back')
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.0: success'])
  assert.deepEqual([follower.counted.at(-1), repository.commitStatuses.length], ['check off', 0])
  github.trouble.push({ status: 401, message: 'Bad credentials' })
  await start(store)
  await until(() => follower.errors.length === 2, 'the refusal')
  assert.match(follower.errors[1] ?? '', /401 Bad credentials; the token is wrong or has expired/)
  github.trouble.push({ status: 200, message: 'Welcome to another server' })
  follower.clock.at += 400_000
  await until(() => follower.errors.length === 3, 'the refusal')
  assert.match(follower.errors[2] ?? '', /not what GitHub answers: check apiUrl/)
})

test('that GitHub takes nothing is said by each replica that leads, also where another one has said so', async () => {
  await using scene = await world()
  const { github, store } = scene
  let isLeading = true
  let looks = 0
  const lead: Store['lead'] = async (name) => {
    looks += 1
    const lease = await lastingLease()(name)
    return isLeading && lease ? { ...lease, held: () => isLeading } : undefined
  }
  await using follower = following({ ...store, lead }, github)
  await untilKnown(store)
  github.trouble.push({ of: /./, status: 401, message: 'Bad credentials', times: 1e6 })
  await activate(store)
  await until(() => follower.errors.length === 1, 'the refusal')
  const before = github.requests.length
  await until(() => {
    follower.clock.at += 60_000
    return github.requests.length > before
  }, 'another attempt')
  assert.equal(follower.errors.length, 1)
  isLeading = false
  looks = 0
  await until(() => looks > 1, 'a look without the lead')
  isLeading = true
  await until(() => follower.errors.length === 2, 'the refusal')
  assert.match(follower.errors[1] ?? '', /GitHub takes nothing now: .*401 Bad credentials/)
})

test('a commit that GitHub does not find is passed over alone, said once, and tried again later', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  repository.may.checks = true
  await using follower = following(store, github)
  await untilKnown(store)
  const lost = repository.branches.get('main') ?? ''
  const notFound = { of: new RegExp(`/(commits|statuses)/${lost}`), status: 404, message: 'Not Found', times: 100 }
  github.trouble.push(notFound)
  for (const id of [canary, incumbent, canary]) await activate(store, id)
  await untilTold(store)
  const asked = github.requests.filter((request) => notFound.of.test(request))
  assert.equal(asked.length, 2, asked.join('\n'))
  const checked = () => repository.checkRuns.map(({ head_sha }) => (head_sha === lost ? 'lost' : 'other'))
  assert.deepEqual(checked(), ['other'])
  assert.equal((await linkOf(store))?.checkWay, 'checkRun')
  assert.equal(follower.errors.length, 1, follower.errors.join('\n'))
  assert.match(follower.errors[0] ?? '', new RegExp(`no check of the commit ${lost}, .* asked again later: .* 404`))
  github.trouble.splice(0)
  await until(() => {
    follower.clock.at += 30_000
    return repository.checkRuns.length === 2
  }, 'what was kept')
  assert.deepEqual(checked(), ['other', 'lost'])
  assert.equal(follower.errors.length, 1)
})

test('a token that gets the right to checks later uses it', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await using follower = following(store, github)
  await untilKnown(store)
  repository.may.statuses = false
  await activate(store)
  await untilTold(store)
  assert.equal(follower.counted.at(-1), 'check off')
  repository.may.statuses = true
  await until(() => {
    follower.clock.at += 30_000
    return repository.commitStatuses.length === 1
  }, 'what was kept')
})

test('what is in no commit of the repository is not told, and said once', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  const other = { repository: 'acme/other', project: '', file: 'a.prompt.yml' }
  const origin = { ...other, commit: repository.branches.get('main') ?? '' }
  await publishFrom(store, { id: 'cccccccccccc', label: '1', commit: null })
  await publishFrom(store, { id: 'dddddddddddd', label: '2', commit: null, more: { origin } })
  await publishFrom(store, { id: 'eeeeeeeeeeee', label: '3', commit: '0'.repeat(40) })
  await using follower = following(store, github)
  await untilKnown(store)
  for (const id of ['cccccccccccc', 'dddddddddddd', 'cccccccccccc']) await activate(store, id)
  await untilTold(store)
  assert.deepEqual(github.requests, [])
  assert.deepEqual(follower.withoutCommit, ['mail cccccccccccc', 'mail dddddddddddd'])
  // GitHub does not know this commit; what follows is told all the same.
  await activate(store, 'eeeeeeeeeeee')
  await activate(store, incumbent)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.0: success'])
  assert.match(follower.errors[0] ?? '', /did not get all messages about mail: .*422 No ref found for: 0{40}/)
})

test('features that are not meant, and rows that are a week old, are passed over', async () => {
  await using scene = await world()
  const { repository, github, store } = scene
  await publishFrom(store, {
    id: incumbent,
    label: '1',
    commit: repository.branches.get('main') ?? '',
    feature: 'chat',
  })
  await using follower = following(store, github, { features: ['ma*'] })
  await untilKnown(store)
  await applyEvent(store, 'chat', { type: 'activate', version: incumbent, reason: 'x' }, by, byHand)
  await activate(store, canary)
  await untilTold(store)
  follower.clock.at += 8 * 86_400_000
  await activate(store)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.1: success'])
  assert.equal(follower.counted.at(-1), 'row lost')
  const now = { ...by, at: follower.clock.at }
  await applyEvent(store, 'mail', { type: 'activate', version: canary, reason: 'x' }, now, byHand)
  await untilTold(store)
  assert.deepEqual(happened(repository), ['release of 3.1: success', 'release of 3.1: success'])
})
