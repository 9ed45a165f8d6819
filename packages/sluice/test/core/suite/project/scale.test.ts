import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { readCases } from '../../../../src/core/suite/cases/read-suite.ts'
import { checkCases } from '../../../../src/core/suite/project/check-cases.ts'
import { good, load, root } from '../../../support/memory-files.ts'
import { endlessSuite } from './endless-suite.ts'

for (const form of ['jsonl', 'json', 'csv']) {
  test(`8,000 cases of 2 kB in ${form} are streamed in 24 MB of heap, less than they take together`, async () => {
    const options = {
      workerData: { cases: 8000, form },
      resourceLimits: { maxOldGenerationSizeMb: 24 },
    }
    const worker = new Worker(new URL('count-cases.ts', import.meta.url), options)
    const [count] = await once(worker, 'message')
    assert.equal(count, 8000)
  })
}

test('a reader that stops early stops the file', async () => {
  const { files, seen } = endlessSuite(25_000)
  for await (const { id } of readCases(files, 'evals/big.jsonl', { root })) if (id === 'case-3') break
  assert.ok(seen.streamed <= 1000)
})

test('5,000 cases are checked against their prompt', async () => {
  const { prompts } = await load(good())
  const { files } = endlessSuite(5000)
  const { count, diagnostics, tags } = await checkCases(files, 'evals/big.jsonl', { root, prompt: prompts[0]! })
  assert.deepEqual([count, diagnostics, tags.get('edge')], [5000, [], 1000])
})
