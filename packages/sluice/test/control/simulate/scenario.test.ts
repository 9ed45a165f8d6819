import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { defaultsFor } from '../../../src/control/plan/traffic-defaults.ts'
import { loadScenario, shippedScenarios } from '../../../src/control/simulate/load-scenario.ts'

async function inFolder(files: Record<string, string>, act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'scenario-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
    await act(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('every scenario that comes along is valid and says what it shows', async () => {
  const names = await shippedScenarios()
  for (const name of ['unchanged', 'drop', 'engaged-users', 'cold-start', 'later-turns', 'late-errors', 'traffic-500'])
    assert.ok(names.includes(name), name)
  const abouts = new Set<string>()
  for (const name of names) {
    const { scenario } = await loadScenario(name, '.')
    assert.match(scenario.about, /^[A-Z].*\.$/)
    abouts.add(scenario.about)
  }
  assert.equal(abouts.size, names.length)
})

test('the scenarios of three sizes of traffic have the stages and the judging that suit it', async () => {
  for (const requestsPerDay of [500, 5000, 50_000]) {
    const { scenario } = await loadScenario(`traffic-${requestsPerDay}`, '.')
    const suited = defaultsFor({ requestsPerDay, usersPerDay: null })
    assert.equal(scenario.traffic?.perDay, requestsPerDay)
    const { stages, flagMargin } = scenario.rollout
    assert.deepEqual({ stages, judgePercent: scenario.judge.percent, flagMargin }, suited)
  }
})

test('a name that there is not is answered with those that there are', async () => {
  await assert.rejects(loadScenario('dorp', '.'), /no scenario "dorp".*did you mean "drop".*heavy-users/)
  await assert.rejects(loadScenario('./dorp.yaml', '.'), /dorp\.yaml:1:1: the file does not exist/)
})

test('all faults of a scenario are named at their places', async () => {
  const text = [
    'traffic: {perHour: 100, users: 0}',
    'recorded: x.jsonl',
    'incumbent: {score: {mean: 0.9, sd: 0.4}}',
    'faults: {judgeOutages: [{from: 5h, to: 4h}]}',
    'canary: {scrore: -1}',
    'lasts: 7 days',
  ].join('\n')
  await inFolder({ 'bad.yaml': text }, async (folder) => {
    await assert.rejects(loadScenario('./bad.yaml', folder), (error: Error) => {
      for (const fault of [
        /bad\.yaml:1:\d+: traffic\.users/,
        /bad\.yaml:3:\d+: incumbent\.score\.sd: no scores in \[0,1\] with this mean scatter that much/,
        /bad\.yaml:4:\d+: faults\.judgeOutages\.0\.to: must be later than from/,
        /bad\.yaml:5:\d+: canary\.scrore: unknown key "scrore".*did you mean "score"/,
        /bad\.yaml:6:\d+: lasts: expected a duration/,
      ])
        assert.match(error.message, fault)
      return true
    })
  })
  await inFolder({ 'both.yaml': 'traffic: {perHour: 1, users: 1}\nrecorded: x.jsonl' }, (folder) =>
    assert.rejects(loadScenario('both.yaml', folder), /names 2 traffic sources, traffic and recorded/),
  )
})

test('what takes simulated users is refused on a record', async () => {
  const text = 'recorded: r.jsonl\ncanary: {engagement: 2}\nreactions: {retry: 0.5}\ncycles: {day: {errors: 2}}'
  await inFolder({ 's.yaml': text, 'r.jsonl': '' }, async (folder) => {
    await assert.rejects(loadScenario('s.yaml', folder), (error: Error) => {
      for (const place of [/:2:\d+: canary\.engagement: takes simulated/, /reactions\.retry/, /cycles\.day\.errors/])
        assert.match(error.message, place)
      return true
    })
  })
})

test('recorded outcomes are read from beside the scenario, and their faults named by line', async () => {
  const row = (score: unknown) => JSON.stringify({ observedAt: '2026-03-01T10:00:00Z', unit: 'u', score, feature: 'f' })
  const files = { 's.yaml': 'recorded: r.jsonl', 'r.jsonl': `${row(0.5)}\n${row(null)}\n` }
  await inFolder(files, async (folder) => {
    const { recorded } = await loadScenario('s.yaml', folder)
    assert.deepEqual(
      recorded?.map(({ score }) => score),
      [0.5, null],
    )
  })
  await inFolder({ ...files, 'r.jsonl': `${row(0.5)}\n${row(1.5)}\n` }, (folder) =>
    assert.rejects(loadScenario('s.yaml', folder), /r\.jsonl:2:\d+: score/),
  )
  await inFolder({ ...files, 'r.jsonl': '' }, (folder) =>
    assert.rejects(loadScenario('s.yaml', folder), /r\.jsonl: has no outcome/),
  )
})
