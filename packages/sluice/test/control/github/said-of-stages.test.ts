import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { defaultRolloutSettings, type RolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { by, byHand, startRollout } from '../../support/controller/stage.ts'
import { activate, following, untilKnown, untilTold, world } from './followed-store.ts'

const bySluice = { ...by, by: 'sluice' }
const withoutToken = { tokenId: null }

/** What GitHub is told of a rollout with these settings, of which `happens` is all that happens. */
async function toldOf(settings: Partial<RolloutSettings>, happens: (store: Store) => Promise<unknown>) {
  await using scene = await world()
  const { repository, github, store } = scene
  repository.may.checks = true
  await using _ = following(store, github)
  await untilKnown(store)
  await activate(store)
  await startRollout(store, 'mail', 'r-1', settings)
  await happens(store)
  await untilTold(store)
  const [, stage] = repository.deployments
  return {
    statuses: stage?.statuses.map(({ state, description }) => `${state} ${description}`),
    check: repository.checkRuns.at(-1),
  }
}

test('of a stage that a person cut short it is not said that it has passed, but who went on', async () => {
  const advance = { type: 'advance', reason: 'no time to wait' } as const
  const byAnn = await toldOf({}, (store) => applyEvent(store, 'mail', advance, by, byHand))
  assert.equal(byAnn.statuses?.at(-1), 'inactive Advanced by hand, by ann: on to 5 % of the users.')
  const byItself = await toldOf({}, (store) => applyEvent(store, 'mail', advance, bySluice, withoutToken))
  assert.equal(byItself.statuses?.at(-1), 'inactive Passed: on to 5 % of the users.')
  const byTime = await toldOf({ advance: 'soak' }, (store) =>
    applyEvent(store, 'mail', advance, bySluice, withoutToken),
  )
  assert.equal(byTime.statuses?.at(-1), 'inactive Passed by time alone: on to 5 % of the users.')
  for (const { statuses } of [byAnn, byItself, byTime])
    assert.deepEqual([statuses?.length, statuses?.at(-2)], [3, statuses?.at(-1)?.replace('inactive', 'success')])
})

test('a promotion is told with what was not watched, and what nothing was proven of is neither good nor bad', async () => {
  const { signals } = defaultRolloutSettings
  const unwatched = { signals: { ...signals, score: 0, errors: signals.errors + signals.score } }
  const promote = (strength?: 'strong' | 'weak' | 'time') => (store: Store) => {
    const event = { type: 'promote', reason: 'It is promoted.', ...(strength && { strength }) } as const
    return strength
      ? applyEvent(store, 'mail', event, bySluice, withoutToken)
      : applyEvent(store, 'mail', event, by, byHand)
  }
  for (const [settings, strength, conclusion, sentence] of [
    [{}, 'strong', 'success', 'Promoted, proven, '],
    [unwatched, 'strong', 'success', 'Promoted, proven but for quality, which was not watched, '],
    [{}, 'weak', 'neutral', 'Promoted weakly, nothing is proven, '],
    [{}, 'time', 'neutral', 'Promoted by time alone, '],
    [{}, undefined, 'neutral', 'Promoted by hand, '],
  ] as const) {
    const { statuses, check } = await toldOf(settings, promote(strength))
    assert.equal(check?.conclusion, conclusion, sentence)
    assert.ok(check?.output.title.startsWith(`3.1: ${sentence}`), check?.output.title)
    assert.ok(check?.output.summary.startsWith(`**${sentence}`), check?.output.summary)
    assert.ok(statuses?.at(-1)?.startsWith(`inactive ${sentence}`), statuses?.at(-1))
  }
})
