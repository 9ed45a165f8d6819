import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  liveSettingsSchema,
  rolloutSettingsSchema,
} from '../../src/records/rollout/rollout-settings.ts'
import { faultsOf, good, goodPrompt, load } from '../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const withPrompt = (extra: string) => good({ [file]: goodPrompt + extra })
const hour = 3_600_000

test('stages are read in percent and time, and kept in ppm and ms', async () => {
  const { prompts } = await load(
    withPrompt('rollout:\n  stages: [{percent: 0.0001, soak: 90s}, {percent: 12.5, soak: 1.5h}]\n  advance: soak\n'),
  )
  const { rollout } = prompts[0]!
  assert.deepEqual(rollout.stages, [
    { ppm: 1, soakMs: 90_000 },
    { ppm: 125_000, soakMs: 1.5 * hour },
  ])
  assert.deepEqual({ ...rollout, stages: [] }, { ...defaultRolloutSettings, stages: [], advance: 'soak' })
})

test('by default a canary takes 1, 5, 25 and 50 % of the users within 48 hours', () => {
  const { stages } = defaultRolloutSettings
  assert.deepEqual(
    stages.map(({ ppm }) => ppm / 10_000),
    [1, 5, 25, 50],
  )
  assert.equal(
    stages.reduce((sum, { soakMs }) => sum + soakMs, 0),
    48 * hour,
  )
  assert.equal(defaultLiveSettings.store, false)
})

test('settings are written as they are read', () => {
  const rollout = rolloutSettingsSchema.parse({ stages: [{ percent: 33.3333, soak: '10m' }], patience: '2d' })
  assert.deepEqual(rolloutSettingsSchema.parse(z.encode(rolloutSettingsSchema, rollout)), rollout)
  const live = liveSettingsSchema.parse({ store: true, retention: '36h', judge: { percent: 3 } })
  assert.deepEqual(liveSettingsSchema.parse(z.encode(liveSettingsSchema, live)), live)
})

test('faults are named at their place', async () => {
  const faults = async (text: string) => (await faultsOf(withPrompt(text))).map((one) => one.replace(`${file}:`, ''))
  assert.deepEqual(await faults('rollout: {stages: [{percent: 50, soak: 1h}, {percent: 5, soak: 1h}]}\n'), [
    '12:55: rollout.stages.1.percent: must be more than the one before it',
  ])
  assert.match((await faults('rollout: {patience: soon}\n'))[0] ?? '', /expected a duration such as "30m"/)
  assert.match((await faults('rollout: {signals: {score: 0.9}}\n'))[0] ?? '', /share the error budget/)
  assert.match(
    (await faults('live: {stroe: true}\n'))[0] ?? '',
    /live\.stroe: unknown key "stroe"; did you mean "store"/,
  )
})

test('the module that redacts is found from the prompt file, and must be there', async () => {
  const live = 'live: {store: true, redact: "../redact.ts#clean"}\n'
  const { prompts } = await load({ ...withPrompt(live), 'redact.ts': '' })
  assert.equal(prompts[0]?.live.redact, '/project/redact.ts#clean')
  assert.match((await faultsOf(withPrompt(live)))[0] ?? '', /live\.redact: there is no file redact\.ts/)
})

test('what nobody could mean is refused with its place and the way out', async () => {
  const stages = (count: number) => Array.from({ length: count }, (_, at) => `{percent: ${(at + 1) / 100}, soak: 1s}`)
  const withStages = (count: number) => withPrompt(`rollout: {stages: [${stages(count).join(', ')}]}\n`)
  assert.equal((await load(withStages(50))).prompts[0]?.rollout.stages.length, 50)
  assert.match(
    (await faultsOf(withStages(51)))[0] ?? '',
    /rollout\.stages: must be at most 50 stages, found 51: leave some out/,
  )
  for (const odd of [
    `patience: ${'9'.repeat(400)}d`,
    'alpha: 5e-324',
    'margin: 1e-300',
    'slowMs: 1e200',
    'costRatio: 1e200',
    'minUsers: 9007199254740991',
  ])
    assert.equal((await faultsOf(withPrompt(`rollout: {${odd}}\n`))).length, 1, odd)
  for (const odd of ['judge: {percent: 5e-324}', 'judge: {budgetUsdPerDay: 1e200}', 'retention: 4000d'])
    assert.equal((await faultsOf(withPrompt(`live: {${odd}}\n`))).length, 1, odd)
})
