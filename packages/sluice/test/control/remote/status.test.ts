import assert from 'node:assert/strict'
import { test } from 'node:test'
import { featuresAnswer, rolloutAnswer } from '../../../src/control/remote/answers.ts'
import { statusText } from '../../../src/control/remote/status.ts'
import type { Assessment } from '../../../src/control/rollout/assessment/assessment.ts'
import type { RecordedEvidence } from '../../../src/control/server/engine-state.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'

const hour = 3_600_000

test('a list of features tells when each rollout was assessed, so that the status says what is old', async () => {
  let at: number | undefined
  await using plane = await testPlane({
    engineState: {
      assessment: async () => (at === undefined ? null : assessedAt(at)),
      recorded: async () => (at === undefined ? null : { at, series: {} as RecordedEvidence['series'] }),
      drift: async () => null,
    },
  })
  const [first, next] = [await plane.publish('mail', 'a'), await plane.publish('mail', 'b')]
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: first, reason: 'launch' } })
  const start = { as: 'operator', body: { version: next } }
  const begun = rolloutAnswer.parse((await plane.ask('POST /v1/features/mail/rollouts', start)).body)
  at = plane.clock.now()
  const seen = async () => {
    const { features } = featuresAnswer.parse((await plane.ask('GET /v1/features', { as: 'client' })).body)
    const single = rolloutAnswer.parse((await plane.ask(`GET /v1/rollouts/${begun.id}`, { as: 'client' })).body)
    return {
      times: [features[0]?.rollout?.assessedAt, single.assessedAt],
      line: statusText({ features, instances: null }, plane.clock.now()).split('\n')[1],
    }
  }
  const fresh = await seen()
  assert.deepEqual([begun.assessedAt, ...fresh.times], [null, at, at])
  assert.match(
    fresh.line ?? '',
    /evidence against it: 1\.1 of the 20 that roll it back, highest so far 1\.1, [^;]*; next stage expected 24 Nov 10:00Z$/,
  )
  plane.clock.jump(hour / 2)
  const { line } = await seen()
  assert.match(line ?? '', /highest [^;]*; last assessed 24 Nov 09:00Z: what you see is that old$/)
})

/** Little is known, and the next stage is expected in an hour. */
function assessedAt(at: number): Assessment {
  const arm = { requests: 40, users: 40 }
  const judged = { users: 0, answers: 0 }
  const figures = {
    ...{ signals: [], users: { incumbent: 40, canary: 40 }, judged: { incumbent: judged, canary: judged } },
    ...{ against: { eValue: 1.1, highest: { eValue: 1.1, at }, needed: 20 }, missing: [] },
    ...{ nextStepAt: at + hour, patienceEndsAt: null },
  }
  return { words: 'No decision yet.', incumbent: arm, canary: arm, figures } as unknown as Assessment
}
