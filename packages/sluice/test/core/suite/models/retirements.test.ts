import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endSentence, isNear, modelEnd, retirementsSchema } from '../../../../src/core/suite/models/retirements.ts'

const providers = {
  azure: { kind: 'openai-compatible' as const, baseURL: 'https://acme.openai.azure.com/openai/v1' },
  openrouter: { kind: 'openai-compatible' as const, baseURL: 'https://openrouter.ai/api/v1' },
  'claude-eu': { kind: 'anthropic' as const },
  recorded: { kind: 'replay' as const, files: ['recordings/*.jsonl'] },
}
const end = (model: string, retirements = {}) => modelEnd(model, { providers, retirements })
const dateOf = (model: string) => end(model)?.date

test('a name matches with and without its date, with either separator, tuned or not, and nothing that only begins so', () => {
  const gpt4o = '2027-01-14'
  for (const name of ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'ft:gpt-4o-2024-08-06:acme::x1']) {
    assert.equal(dateOf(`openai:${name}`), gpt4o, name)
    assert.equal(dateOf(`openai/${name}`), gpt4o, name)
  }
  assert.equal(dateOf('openai:gpt-4o-2024-05-13'), '2026-10-23', 'an exact name before its family')
  assert.equal(dateOf('openai:gpt-4o-audio-preview'), undefined)
  assert.equal(dateOf('openai:gpt-4'), '2026-10-23')
  for (const name of ['claude-haiku-4-5', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5@20251001'])
    assert.equal(dateOf(`anthropic:${name}`), '2026-10-15', name)
  assert.equal(dateOf('claude-eu:claude-haiku-4-5'), '2026-10-15')
  assert.equal(dateOf('google:gpt-4o'), undefined)
})

test('a deployment or another server is known by its name only, and a recording has no end', () => {
  const azure = end('azure:gpt-4o')
  assert.deepEqual([azure?.byNameOnly, azure?.replacement], [true, 'azure:gpt-6-luna'])
  assert.match(azure ? endSentence(azure, '2026-12-01') : '', /this server or deployment may have another date/)
  assert.equal(end('openrouter:openai/gpt-4o')?.replacement, 'openrouter:openai/gpt-6-luna')
  assert.equal(end('azure:our-chat-model'), undefined)
  assert.equal(end('recorded:gpt-4o'), undefined)
})

test('the entries of the project add to the table and overrule it', () => {
  const retirements = retirementsSchema.parse({
    'azure:our-*': { date: '2027-03-01', replacement: 'azure:next', source: 'mail of 2 November' },
    'openai:gpt-4o': false,
    'recorded:old': { date: '2026-12-11', kind: 'not-sooner-than' },
  })
  assert.deepEqual(end('azure:our-chat', retirements), {
    model: 'azure:our-chat',
    date: '2027-03-01',
    kind: 'retired',
    replacement: 'azure:next',
    source: 'mail of 2 November',
    read: null,
    byNameOnly: false,
  })
  assert.equal(end('openai:gpt-4o', retirements), undefined)
  assert.equal(end('openai/gpt-4o', retirements), undefined)
  assert.equal(end('recorded:old', retirements)?.kind, 'not-sooner-than')
  assert.equal(retirementsSchema.safeParse({ 'a:b': { date: 'soon' } }).success, false)
})

test('the closer the end, the stronger the words; an old table says how old it is', () => {
  const endOf = (model: string, today: string) => {
    const found = end(model)
    assert.ok(found, model)
    return endSentence(found, today)
  }
  assert.match(
    endOf('openai:gpt-4o', '2026-12-15'),
    /is switched off on 2027-01-14, in 30 days\. Leave it with: sluice upgrade --from openai:gpt-4o --to openai:gpt-6-luna/,
  )
  assert.match(endOf('openai:gpt-4o', '2027-01-14'), /is switched off today/)
  assert.match(
    endOf('openai:gpt-4o', '2027-01-20'),
    /was to be switched off on 2027-01-14, 6 days ago: expect its calls to fail/,
  )
  assert.match(
    endOf('anthropic:claude-haiku-4-5', '2026-11-26'),
    /was promised until 2026-10-15 only, and that is 42 days ago/,
  )
  assert.match(endOf('anthropic:claude-haiku-4-5', '2026-10-14'), /for 1 more day/)
  assert.doesNotMatch(endOf('openai:gpt-4o', '2026-12-15'), /may be out of date/)
  assert.match(endOf('openai:gpt-4o', '2027-02-15'), /this table is from 2026-10-28 and may be out of date/)
  const far = end('anthropic:claude-haiku-5-5')
  assert.ok(far)
  assert.deepEqual([isNear(far, '2026-11-26'), isNear(far, '2027-08-01')], [false, true])
})
