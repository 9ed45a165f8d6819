import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countWords } from '../../../../src/core/scorers/checks/limit.ts'
import { runCheck, scoreOf } from '../scoring.ts'

test('a word is a run without white space that holds a letter or digit', () => {
  for (const [text, words] of [
    ['', 0],
    [' - — * ', 0],
    ["Don't panic: state-of-the-art!", 3],
    ['12.5 % of 3', 3],
    ['un\u00A0café\tnaïve\r\nдва', 4],
    ['अनुच्छेद १', 2],
    ['今天天气很好。', 1],
  ] as const) {
    assert.equal(countWords(text), words, text)
  }
})

test('limits are allowed themselves', async () => {
  assert.equal(await scoreOf({ maxWords: 2 }, 'two words'), 1)
  assert.equal(await scoreOf({ maxWords: 1 }, 'two words'), 0)
  assert.equal(await scoreOf({ minWords: 2 }, 'two words'), 1)
  assert.equal(await scoreOf({ minWords: 3 }, 'two words'), 0)
  assert.equal(await scoreOf({ maxChars: 3 }, 'a😀é'), 1)
  assert.equal(await scoreOf({ maxChars: 2 }, 'a😀é'), 0)
  assert.match((await runCheck({ maxWords: 1 }, 'two words')).reason, /2 words, at most 1/)
  assert.equal((await runCheck({ minWords: 3 }, 'word')).reason, '1 word, at least 3 wanted')
  assert.equal((await runCheck({ maxChars: 1000 }, 'a')).reason, '1 character, at most 1,000 wanted')
})

test('latency and cost are those of the answer', async () => {
  assert.equal(await scoreOf({ latencyMs: 100 }, '', { latencyMs: 100 }), 1)
  assert.equal(await scoreOf({ latencyMs: 100 }, '', { latencyMs: 101 }), 0)
  assert.equal(await scoreOf({ costUsd: 0.01 }, '', { costUsd: 0 }), 1)
  assert.equal(await scoreOf({ costUsd: 0.01 }, '', { costUsd: 0.011 }), 0)
})

test('an unknown latency or cost is an error that says what to do', async () => {
  await assert.rejects(runCheck({ costUsd: 1 }, ''), { name: 'CheckError', message: /unknown.*prices/ })
  await assert.rejects(runCheck({ latencyMs: 1 }, ''), { name: 'CheckError', message: /unknown.*latencyMs/ })
})
