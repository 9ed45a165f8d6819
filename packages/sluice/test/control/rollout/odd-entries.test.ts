import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newDriftWatchState } from '../../../src/control/drift/drift-state.ts'
import { observeDrift, type SourceDays, sourceOf } from '../../../src/control/drift/observe-drift.ts'
import { assess } from '../../../src/control/rollout/assessment/assess.ts'
import { type Evidence, newEvidence } from '../../../src/control/rollout/evidence/evidence.ts'
import { faultInEvidence } from '../../../src/control/rollout/evidence/evidence-fault.ts'
import type { UnitMemory } from '../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../src/control/rollout/observe/observe.ts'
import { storedText } from '../../../src/control/store/rows/stored-json.ts'
import type { LogEntry } from '../../../src/records/outcome.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { rolloutOf } from '../../support/rollout/rollout-entries.ts'
import { oddEntries } from './odd-entries.ts'

const entries = Number(process.env.SLUICE_ODD_ENTRIES ?? 3000)
const seeds = [1, 2, 3]
const rollout = rolloutOf()
const about = { ...rollout, stages: rollout.settings.stages.length }

/** What is stored is finite, and reads back as it was. */
function assertStorable(state: unknown, place: string): void {
  assert.deepEqual(JSON.parse(storedText(state, place)), state)
}

/** What is stored after any entry is found to be in order when it is loaded. */
function assertAccepted(evidence: Evidence, { kind, seq }: LogEntry): void {
  const loaded = JSON.parse(storedText(evidence, 'evidence')) as Evidence
  assert.equal(faultInEvidence(loaded, rollout, seq), undefined, `after a ${kind}`)
}

function observeAll(evidence: Evidence, log: readonly LogEntry[]): void {
  const memory = new Map<string, UnitMemory>()
  const kinds = { request: 0, score: 0, feedback: 0 }
  for (const entry of log) {
    const next = observe(evidence, rollout, entry, memory.get(entry.unit ?? '') ?? {})
    if (entry.unit !== null) memory.set(entry.unit, next)
    kinds[entry.kind] += 1
    if (kinds[entry.kind] % 200 === 1) assertAccepted(evidence, entry)
  }
  for (const [unit, record] of memory) assertStorable(record, unit)
}

for (const seed of seeds) {
  test(`evidence of odd entries stays finite and reads back as it was (seed ${seed})`, () => {
    // Of several days, so that windows end.
    const log = oddEntries(seededRandom(seed), about, entries).map((entry) => ({
      ...entry,
      receivedAt: entry.seq * 60_000,
    }))
    const evidence = newEvidence(rollout)
    observeAll(evidence, log)
    assertStorable(evidence, 'evidence')
    assertStorable(assess(evidence, rollout, entries * 60_000), 'assessment')
    assert.ok(evidence.sums.arms.canary.requests > entries / 10, 'most of them still count')
  })

  test(`the drift watch of odd entries stays finite and reads back as it was (seed ${seed})`, () => {
    const log = oddEntries(seededRandom(seed), about, entries)
    const state = newDriftWatchState(rollout.incumbent, 0)
    const days = new Map<string, SourceDays>()
    for (const entry of log) {
      const spread = { ...entry, receivedAt: entry.seq * 600_000 }
      const { memory } = observeDrift(state, spread, days.get(sourceOf(spread)))
      if (memory) days.set(sourceOf(spread), memory)
    }
    assertStorable(state, 'drift')
    assert.ok(state.models.names.length <= 50)
    assert.ok(JSON.stringify(state).length < 120_000)
  })
}
