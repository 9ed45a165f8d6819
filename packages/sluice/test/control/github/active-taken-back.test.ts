import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import { defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { by, byHand, canary, incumbent } from '../../support/controller/stage.ts'
import {
  activate,
  following,
  happened,
  publishFrom,
  start,
  untilKnown,
  untilTold,
  type World,
  world,
} from './followed-store.ts'

/** `cccccccccccc` is on trial against a canary of before that was promoted with proof, with a check for both. */
async function canaryAgainstProven({ repository, store }: World): Promise<void> {
  await publishFrom(store, { id: 'cccccccccccc', label: '3.2', commit: repository.commit({ a: '3' }) })
  await activate(store)
  await start(store)
  await applyEvent(store, 'mail', { type: 'promote', reason: 'Good.', strength: 'strong' }, by, byHand)
  const next = { rolloutId: 'r-2', salt: 'r-2', canary: 'cccccccccccc', settings: defaultRolloutSettings }
  await applyEvent(store, 'mail', { type: 'start', ...next, override: null }, by, byHand)
}

test('an active version that is taken back while a canary runs has failed, whatever was proven of it before', async () => {
  for (const { event, ended } of [
    {
      event: { from: canary },
      ended: 'cancelled 3.2: Aborted, 1 Jan 2026 00:00Z, by ann: the incumbent was taken back.',
    },
    {
      event: { to: incumbent },
      ended: 'failure 3.2: Rolled back, 1 Jan 2026 00:00Z, by ann: the incumbent was taken back as well.',
    },
  ]) {
    await using scene = await world()
    const { repository, github, store } = scene
    repository.may.checks = true
    await using _ = following(store, github)
    await untilKnown(store)
    await canaryAgainstProven(scene)
    await applyEvent(store, 'mail', { type: 'rollBack', ...event, reason: 'dates are wrong' }, by, byHand)
    await untilTold(store)
    const told = repository.checkRuns.map(({ conclusion, output }) => `${conclusion} ${output.title}`)
    assert.deepEqual(told, [
      'neutral 3.0: released to everybody by ann, without a canary.',
      'success 3.1: Promoted, proven, 1 Jan 2026 00:00Z, by ann: everybody got the canary.',
      ended,
      'failure 3.1: taken back by ann, everybody gets 3.0 again.',
    ])
    const [, proven, , back] = repository.checkRuns
    assert.equal(back?.head_sha, proven?.head_sha)
    assert.match(back?.output.summary ?? '', /by hand: the rollout of `3\.2` against it ended with that\./)
    assert.deepEqual(happened(repository).slice(2, 5), [
      'release of 3.1: success failure',
      `r-2 stage 1: in_progress ${'to' in event ? 'failure' : 'inactive'}`,
      'release of 3.0: success',
    ])
  }
})
