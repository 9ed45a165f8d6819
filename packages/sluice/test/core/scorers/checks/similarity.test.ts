import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EmbeddingRequest } from '../../../../src/core/answers/embeddings.ts'
import type { Completion } from '../../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import type { CheckDeps } from '../../../../src/core/scorers/checks/check.ts'
import { wordsOf } from '../../../../src/core/scorers/checks/similarity/ngrams.ts'
import { rougeL } from '../../../../src/core/scorers/checks/similarity/rouge.ts'
import { aCase, runCheck, scoreOf } from '../scoring.ts'

const f1 = (a: string, b: string) => rougeL(wordsOf(a), wordsOf(b))

test('ROUGE-L is twice the common subsequence over the words of both texts', () => {
  // Lin 2004, section 3: "police killed the gunman" against S2 (3 words in order) and S3 (2).
  assert.equal(f1('police kill the gunman', 'police killed the gunman'), 6 / 8)
  assert.equal(f1('the gunman kill police', 'police killed the gunman'), 4 / 8)
  assert.equal(f1('a b c d', 'b d'), 4 / 6)
  assert.equal(f1('b d', 'a b c d'), 4 / 6)
  assert.equal(f1('a', 'b'), 0)
  assert.equal(f1('', ''), 1)
  assert.equal(f1('', 'a'), 0)
})

test('words of any script are told apart, and characters where there are no spaces', () => {
  assert.deepEqual(wordsOf("naïve, don't 12.5 हिन्दी"), ['naïve', 'don', 't', '12', '5', 'हिन्दी'])
  assert.deepEqual(wordsOf('今天ok'), ['今', '天', 'ok'])
})

test('the check passes from min on and reports the similarity', async () => {
  const similarity = { to: 'police killed the gunman', metric: 'rouge-l', min: 0.75 }
  const result = await runCheck({ similarity }, 'Police kill the gunman!')
  assert.equal(result.score, 1)
  assert.match(result.reason, /rouge-l 0.750, at least 0.75/)
  assert.equal(await scoreOf({ similarity: { ...similarity, min: 0.76 } }, 'Police kill the gunman!'), 0)
})

test('Levenshtein distance is taken over the longer text', async () => {
  const similarity = { metric: 'levenshtein', to: 'sitting', min: 4 / 7 }
  assert.equal(await scoreOf({ similarity }, 'Kitten'), 1)
  assert.match((await runCheck({ similarity }, 'kitten')).reason, /levenshtein 0.571/)
  assert.match((await runCheck({ similarity, caseSensitive: true }, 'KITTEN')).reason, /levenshtein 0.000/)
})

test("the reference is the case's expected answer unless the check names one", async () => {
  const subject = aCase({ vars: { day: 'friday' }, expected: 'on friday' })
  assert.equal(await scoreOf({ similarity: { min: 1 } }, 'On Friday.', { case: subject }), 1)
  assert.equal(await scoreOf({ similarity: { to: '{{day}}', min: 1 } }, 'Friday', { case: subject }), 1)
  await assert.rejects(runCheck({ similarity: {} }, 'x'), { name: 'CheckError', message: /no expected answer/ })
})

test('texts whose comparison would hold up the run are refused', async () => {
  const similarity = { to: 'a '.repeat(30_000) }
  await assert.rejects(runCheck({ similarity }, 'b '.repeat(30_000)), { name: 'CheckError', message: /too long/ })
  assert.equal(await scoreOf({ similarity: { ...similarity, min: 0.0001 } }, 'a'.repeat(2_000_000)), 0)
})

const embedding = { metric: 'embedding', to: 'reference', min: 0.6 }
const answers = (vector: unknown): Completion => ({
  output: JSON.stringify(vector),
  usage: {},
  finishReason: 'stop',
  warnings: [],
})
const deps = (ask: CheckDeps['ask']) => ({ deps: { ask, embeddingModel: 'openai:usual' } })
/** A model that answers with these, in turn. */
const fixed = (...vectors: unknown[]) => deps(async () => answers(vectors.shift()))

test('embeddings are compared by their cosine', async () => {
  assert.match((await runCheck({ similarity: embedding }, 'x', fixed([3, 4], [1, 0]))).reason, /embedding 0.600/)
  assert.equal(await scoreOf({ similarity: embedding }, 'x', fixed([3, 4], [1, 0])), 1)
  assert.equal(await scoreOf({ similarity: embedding }, 'x', fixed([1, 0], [-1, 0])), 0)
})

test('the embedding model gets both texts as they are, and the model of the check', async () => {
  const asked: EmbeddingRequest[] = []
  const ask: CheckDeps['ask'] = async (request) => {
    asked.push(request)
    return answers([1])
  }
  await runCheck({ similarity: { ...embedding, model: 'openai:small' } }, 'The Output', deps(ask))
  await runCheck({ similarity: embedding }, 'other', deps(ask))
  assert.deepEqual(asked, [
    { model: 'openai:small', embed: 'The Output' },
    { model: 'openai:small', embed: 'reference' },
    { model: 'openai:usual', embed: 'other' },
    { model: 'openai:usual', embed: 'reference' },
  ])
})

test('an empty output resembles nothing, without a call', async () => {
  const ask = () => assert.fail('asked for an embedding of nothing')
  assert.equal(await scoreOf({ similarity: embedding }, ' ', deps(ask)), 0)
})

test('without a model, or with an answer that is no pair of vectors, it is an error', async () => {
  await assert.rejects(runCheck({ similarity: embedding }, 'x'), { name: 'CheckError', message: /embedding: {model/ })
  for (const vectors of [[[1]], [[1], [1, 2]], [[0], [1]], [[1], [Number.NaN]], [[1], ['1']], [[1], { 0: 1 }]]) {
    await assert.rejects(runCheck({ similarity: embedding }, 'x', fixed(...vectors)), { name: 'CheckError' })
  }
})

test('a failed call is an error of the check, a refused key one of the run', async () => {
  const failing = (error: Error) => deps(() => Promise.reject(error))
  const timeout = new ProviderError('timeout', 'no answer within 60 s')
  await assert.rejects(runCheck({ similarity: embedding }, 'x', failing(timeout)), {
    name: 'CheckError',
    message: /no answer within 60 s/,
    cause: timeout,
  })
  const refused = new ProviderError('auth', 'key refused', { fatal: true })
  await assert.rejects(runCheck({ similarity: embedding }, 'x', failing(refused)), refused)
})
