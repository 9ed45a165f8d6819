import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bleu, gleu } from '../../../../src/core/scorers/checks/similarity/bleu.ts'
import { meteor } from '../../../../src/core/scorers/checks/similarity/meteor.ts'
import { wordsOf } from '../../../../src/core/scorers/checks/similarity/ngrams.ts'
import { rougeN } from '../../../../src/core/scorers/checks/similarity/rouge.ts'
import { aCase, runCheck, scoreOf } from '../scoring.ts'

const isNear = (value: number, wanted: number) =>
  assert.ok(Math.abs(value - wanted) < 1e-12, `${value} is not ${wanted}`)
const words = (text: string) => wordsOf(text.toLowerCase())

/** Papineni et al. 2002, example 1: two candidates and the three references. */
const papineni = {
  good: 'It is a guide to action which ensures that the military always obeys the commands of the party',
  poor: 'It is to insure the troops forever hearing the activity guidebook that party direct',
  references: [
    'It is a guide to action that ensures that the military will forever heed Party commands',
    'It is the guiding principle which guarantees the military forces always being under the command of the Party',
    'It is the practical guide for the army always to heed the directions of the party',
  ],
}

test('ROUGE-N counts the runs of n words that both texts share', () => {
  const [a, b] = [words('the cat is on the mat'), words('there is a cat on the mat')]
  // Shared: cat is on the mat (5) of 6 + 7; on-the, the-mat (2) of 5 + 6; on-the-mat (1) of 4 + 5.
  isNear(rougeN(a, b, 1), 10 / 13)
  isNear(rougeN(a, b, 2), 4 / 11)
  isNear(rougeN(a, b, 3), 2 / 9)
  isNear(rougeN(a, b, 4), 0)
  // A run counts as often as it occurs in both.
  isNear(rougeN(words('the the the'), words('the cat'), 1), 2 / 5)
})

test('texts too short for a run of n words are alike if they are equal', () => {
  assert.equal(rougeN(['yes'], ['yes'], 2), 1)
  assert.equal(rougeN(['yes'], ['no'], 2), 0)
  assert.equal(rougeN([], [], 1), 1)
  assert.equal(rougeN([], ['a'], 1), 0)
})

test('BLEU is that of the paper and of SacreBLEU', () => {
  const references = papineni.references.map(words)
  // The paper's 17 of 18 unigrams and 10 of 17 bigrams, then 7 of 16 and 4 of 15; nearest reference 18 words long.
  isNear(bleu(words(papineni.good), references), ((17 / 18) * (10 / 17) * (7 / 16) * (4 / 15)) ** (1 / 4))
  // 8 of 14 and 1 of 13; nothing of 12 counts as a half, nothing of 11 as a quarter; 14 words against 16.
  const smoothed = ((8 / 14) * (1 / 13) * (0.5 / 12) * (0.25 / 11)) ** (1 / 4)
  isNear(bleu(words(papineni.poor), references), Math.exp(1 - 16 / 14) * smoothed)
  // sacrebleu 2.6.0, sentence_bleu(tokenize='none') of two pairs of texts without punctuation.
  const [order, other] = [
    'he read the book because he was interested in world history',
    'he was interested in world history because he read the book',
  ]
  isNear(bleu(words(order), [words(other)]), 0.7400828044922857)
  isNear(bleu(words('the the the the the the the'), [words('the cat is on the mat')]), 0.07809849842300637)
})

test('BLEU leaves out what a short text cannot have, and is 0 without a common word', () => {
  isNear(bleu(['yes'], [['yes']]), 1)
  isNear(bleu(['late', 'order'], [['late', 'order']]), 1)
  assert.equal(bleu(['yes'], [['no']]), 0)
  assert.equal(bleu([], [['no']]), 0)
  assert.equal(bleu([], [[]]), 1)
  // Shorter than the reference: e^(1 - 4/2).
  isNear(bleu(['a', 'b'], [['a', 'b', 'c', 'd']]), Math.exp(-1))
})

test('GLEU is the smaller of precision and recall over all runs of 1 to 4 words', () => {
  // NLTK's sentence_gleu of the first pair; by hand the second: 1 + 0 of 1 word against 7 words with 22 runs.
  isNear(gleu(words(papineni.good), words(papineni.poor)), 0.12121212121212122)
  isNear(gleu(words('cat'), words('the cat is on the mat now')), 1 / 22)
  assert.equal(gleu(words('a b c'), words('a b c')), 1)
  assert.equal(gleu(['a'], ['b']), 0)
  assert.equal(gleu([], []), 1)
})

test('METEOR matches equal words and stems, and lowers for a broken order', () => {
  // NLTK's single_meteor_score with Porter's original stemmer and an empty WordNet.
  isNear(meteor(words(papineni.good), words(papineni.poor)), 0.3330498866213152)
  isNear(meteor(words('the the the the the the the'), words('the cat is on the mat')), 0.1639344262295082)
  // Three words in one run: 1 - 0.5 / 27; the same by stems.
  isNear(meteor(words('the cat sat'), words('the cat sat')), 1 - 0.5 / 27)
  isNear(meteor(words('the cats running'), words('the cat runs')), 1 - 0.5 / 27)
  // Synonyms are strangers.
  assert.equal(meteor(['quick'], ['fast']), 0)
  assert.equal(meteor([], ['a']), 0)
  assert.equal(meteor([], []), 1)
})

test('each metric has its name, and ignores case and punctuation', async () => {
  const to = 'The cat is on the mat.'
  for (const [metric, reported] of [
    ['rouge-1', '0.769'],
    ['rouge-2', '0.364'],
    ['rouge-3', '0.222'],
    ['rouge-4', '0.000'],
    ['rouge-5', '0.000'],
    ['rouge-l', '0.615'],
    // (5/7 * 2/6 * 1/5 * 0.5/4) ** (1/4)
    ['bleu', '0.278'],
    // 5 + 2 + 1 of the 22 runs of the longer text.
    ['gleu', '0.364'],
    // 5 of 7 and of 6 words match, in three runs: a mean of 0.820, less 0.5 * (3/5) ** 3 of it.
    ['meteor', '0.731'],
  ]) {
    const { reason } = await runCheck({ similarity: { to, metric } }, 'There is a cat on the MAT!')
    assert.match(reason, new RegExp(`^${metric} ${reported}, at least 0.8 wanted`), metric)
  }
})

test('of several references the nearest counts; BLEU sees them together', async () => {
  const to = ['no', 'the order is late', '{{day}}']
  const subject = { case: aCase({ vars: { day: 'friday' } }) }
  for (const metric of ['rouge-l', 'rouge-1', 'bleu', 'gleu', 'levenshtein']) {
    assert.equal(await scoreOf({ similarity: { to, metric, min: 1 } }, 'The order is late', subject), 1, metric)
    assert.equal(await scoreOf({ similarity: { to, metric, min: 1 } }, 'Friday', subject), 1, metric)
  }
  assert.equal(await scoreOf({ similarity: { to, metric: 'bleu', min: 0.1 } }, 'maybe', subject), 0)
})

test('maxDistance counts edits', async () => {
  const similarity = { to: 'kitten', metric: 'levenshtein', maxDistance: 3 }
  const { score, reason } = await runCheck({ similarity }, 'Sitting')
  assert.deepEqual([score, reason], [1, 'levenshtein distance 3, at most 3 wanted'])
  assert.equal(await scoreOf({ similarity: { ...similarity, maxDistance: 2 } }, 'sitting'), 0)
  assert.equal(await scoreOf({ notSimilarity: similarity }, 'sitting'), 0)
  assert.equal(await scoreOf({ notSimilarity: { ...similarity, maxDistance: 2 } }, 'sitting'), 1)
  assert.equal(
    await scoreOf({ similarity: { to: ['x', 'kitten'], metric: 'levenshtein', maxDistance: 1 } }, 'kittens'),
    1,
  )
})

test('notSimilarity passes below min', async () => {
  const notSimilarity = { to: 'a b c d', metric: 'rouge-1', min: 0.5 }
  assert.equal(await scoreOf({ notSimilarity }, 'a b x y'), 0)
  const { score, reason } = await runCheck({ notSimilarity }, 'a x y z')
  assert.deepEqual([score, reason], [1, 'rouge-1 0.250, below 0.5 wanted'])
})

test('outputs of megabytes are compared', async () => {
  const long = 'late order '.repeat(40_000)
  for (const metric of ['rouge-1', 'meteor'])
    assert.equal(await scoreOf({ similarity: { to: 'late order', metric, min: 0.5 } }, long), 0, metric)
  assert.equal(await scoreOf({ similarity: { to: 'late', metric: 'meteor' } }, 'e'.repeat(10_000_000)), 0)
})
