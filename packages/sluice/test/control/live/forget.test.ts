import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../src/control/store/open-store.ts'
import { start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { arrive, captured, capturing, judging, liveStore, ofMail, verdictOf } from './live-stage.ts'

const ann = 'unit-ann'
const secret = 'the diagnosis of Ann'
const forgetting = { unit: ann, features: null, now: start, until: start + 7 * 86_400_000 }

test('a user who is forgotten while the judge reads is in no file: neither the text nor the late score', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-forget-'))
  const store = await liveStore({}, await openStore({ dataDir: folder }))
  const isOnDisk = (text: string) =>
    readdirSync(folder).some((file) => readFileSync(path.join(folder, file)).includes(text))
  await arrive(store, [captured('a', { unit: ann }, { input: { email: secret }, output: secret })])
  assert.ok(isOnDisk(secret))
  const answered = Promise.withResolvers<void>()
  await using worker = judging(store, async () => {
    await answered.promise
    return verdictOf('yes')
  })
  await until(() => worker.asked.length === 1, 'the judge to be asked')
  const gone = await store.forget(forgetting)
  assert.deepEqual([gone.contents, gone.entries.length], [1, 1])
  answered.resolve()
  await until(() => worker.fates.length === 1, 'the judgement')
  assert.deepEqual(await store.readLog({ after: 0, limit: 9 }), [])
  assert.equal(await store.queued(), 0)
  assert.ok(!isOnDisk(secret))
  await worker.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a text that was being redacted when its user was forgotten is not stored', async () => {
  const store = await liveStore()
  const request = captured('a', { unit: ann }, { output: secret })
  await store.append([request.entry])
  const { captureContents } = capturing(store, {
    redact: async (material) => {
      await store.forget(forgetting)
      return material
    },
  })
  await captureContents([request])
  assert.equal(await store.content(ofMail('a')), undefined)
})
