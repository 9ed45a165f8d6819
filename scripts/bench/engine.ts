// The decision engine by itself: what an outcome costs, and whether that or the state grows with their number.
import { assess } from '../../packages/sluice/src/control/rollout/assessment/assess.ts'
import { newEvidence } from '../../packages/sluice/src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../packages/sluice/src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../packages/sluice/src/control/rollout/observe/observe.ts'
import { entryOf, rolloutOf } from '../../packages/sluice/test/support/rollout/rollout-entries.ts'
import type { Row } from './table.ts'

const users = 200_000
const share = 10_000

/** A rollout with `outcomes` requests of 200,000 users, every tenth of them judged. */
export function benchEngine(outcomes: number): Row[] {
  const total = Math.max(outcomes, 4 * users)
  measure(2 * users)
  return measure(total)
}

function measure(outcomes: number): Row[] {
  const rollout = rolloutOf()
  const evidence = newEvidence(rollout)
  const memory = new Map<string, UnitMemory>()
  const part = 100_000
  const marks: number[] = []
  const sizes: number[] = []
  const mark = () => {
    marks.push(performance.now())
    sizes.push(JSON.stringify(evidence).length)
  }
  let seq = 0
  const see = (user: { id: string; position: number }, content: Parameters<typeof entryOf>[1]) => {
    seq += 1
    const entry = { ...entryOf({ user, canary: user.position < share, stage: 0, at: seq }, content), seq }
    memory.set(user.id, observe(evidence, rollout, entry, memory.get(user.id) ?? {}))
  }
  for (let index = 0; index < outcomes; index += 1) {
    // The first time round every user is new; from then on all outcomes are alike.
    if (index === users || index === users + part || index === outcomes - part) mark()
    const number = (index * 7919) % users
    const user = { id: `u${number}`, position: (number * 104_729) % 1_000_000 }
    see(user, {
      kind: 'request',
      latencyMs: 500 + (index % 1000),
      costUsd: 0.001,
      error: index % 200 === 0 ? 'timeout' : null,
    })
    if (index % 10 === 0) see(user, { kind: 'score', score: (index % 101) / 100 })
  }
  mark()
  const [start = 0, early = 0, late = 0, end = 0] = marks
  const perOutcome = [(early - start) / part, (end - late) / part].map((ms) => ms * 1000)
  const [first = 0, last = 0] = perOutcome
  const began = performance.now()
  const { decision } = assess(JSON.parse(JSON.stringify(evidence)), rollout, seq)
  const restored = performance.now() - began
  const millions = (outcomes / 1e6).toFixed(1)
  return [
    {
      what: `decision update per outcome, entry made and user looked up: ${part.toLocaleString('en')} early and late ones of ${millions} million`,
      measured: `${first.toFixed(2)} and ${last.toFixed(2)} us`,
      target: '< 5 us, the same',
      holds: Math.max(first, last) < 5 && last < 2 * first,
    },
    {
      what: `state early and after ${millions} million outcomes, users apart`,
      measured: `${sizes[1]} and ${sizes[3]} bytes`,
      target: 'constant',
      holds: (sizes[3] ?? 0) < 1.5 * (sizes[1] ?? 0),
    },
    {
      what: `stored state read and assessed (${decision.do})`,
      measured: `${restored.toFixed(1)} ms`,
      target: '< 1 s',
      holds: restored < 1000,
    },
  ]
}
