import type { GatherOptions } from '../../../src/control/incident/gather-failures.ts'
import { controlPlane } from '../../../src/control/remote/remote-control-plane.ts'
import type { StoredContent } from '../../../src/records/content.ts'
import { type TestPlane, tokenOf } from '../control-plane/control-plane.ts'
import { memoryFiles } from '../memory-files.ts'

/** A plane with a rollout under way, and the commands' view of it. */
export async function canary(test: TestPlane) {
  const incumbent = await test.publish('mail', 'good {{email}}')
  const version = await test.publish('mail', 'bad {{email}}')
  await test.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: incumbent, reason: 'first' } })
  const { body } = await test.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version } })
  const connection = {
    url: 'http://localhost',
    sleep: async () => {},
    random: Math.random,
    now: () => 0,
    newKey: () => 'key',
  }
  const production = controlPlane({
    ...connection,
    token: tokenOf('operator'),
    fetch: async (url, init) => test.plane.fetch(new Request(url, init)),
  })
  const options: GatherOptions = {
    feature: 'mail',
    variables: ['email'],
    files: memoryFiles({}),
    production: () => production,
    limit: 2,
    goodFrom: 0.6,
  }
  const content = (id: string, score: number | null, of = version): StoredContent => ({
    ...{ id, feature: 'mail', version: of, rolloutId: body.id, unit: null, input: { email: id }, output: 'bad' },
    ...{ judgement: null, score, storedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
  })
  return { rollout: body.id as string, version, incumbent, production, options, content }
}
