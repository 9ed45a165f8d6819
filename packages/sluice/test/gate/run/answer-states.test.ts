import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileCheck } from '../../../src/core/scorers/checks/check.ts'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import type { Prompt } from '../../../src/core/suite/prompt/prompt.ts'
import { createScoreCase } from '../../../src/gate/run/score-case.ts'
import type { CaseDetail } from '../../../src/records/report/case-detail.ts'
import { defaultLiveSettings, defaultRolloutSettings } from '../../../src/records/rollout/rollout-settings.ts'
import { faultServer, inTurn, json } from '../../support/providers/fault-server.ts'
import { clientOf, contextOf } from '../../support/providers/model-call.ts'
import { type Shape, shapes } from './answer-shapes.ts'
import { ofCompatible } from './compatible-shapes.ts'

/** Passes on nothing at all, as checks of what must not be said do. */
const harmless = {
  type: 'contains' as const,
  value: 'as an AI',
  negate: true,
  name: 'no',
  weight: 1,
  must: false,
  caseSensitive: false,
}

const prompt: Prompt = {
  feature: 'f',
  id: '0'.repeat(12),
  model: 'local:m',
  parameters: { maxTokens: 512 },
  messages: [{ role: 'user', content: '{{q}}' }],
  format: { type: 'text' },
  checks: [harmless],
  rubric: [],
  choices: [],
  suites: {},
  inlineCases: [],
  gate: {},
  rollout: defaultRolloutSettings,
  live: defaultLiveSettings,
  strict: true,
  file: 'f.prompt.yml',
}

const question: Case = {
  id: 'c',
  vars: { q: 'Say something.' },
  checks: [],
  rubric: [],
  tags: [],
  weight: 1,
  critical: false,
  line: 1,
}

/** What one case comes to when the provider sends these bodies, the last one for ever. */
async function outcome(
  { kind, bodies, status = 200 }: { kind: Shape['kind']; bodies: unknown[]; status?: number },
  changes: { case?: Partial<Case>; prompt?: Partial<Prompt> } = {},
): Promise<CaseDetail> {
  await using server = await faultServer(inTurn(...bodies.map((body) => json(body, status))))
  const { client } = clientOf(server.url, { kind, retries: bodies.length - 1, apiKeyEnv: 'LOCAL_API_KEY' })
  const version = { ...prompt, ...changes.prompt }
  const scoreCase = createScoreCase({
    version,
    measure: version,
    generate: (request, _case, repeat) => client.complete(request, contextOf(request, { repeat })),
    checks: version.checks.map((spec) => compileCheck(spec)),
    checksOf: ({ checks }) => checks.map((spec) => compileCheck(spec)),
    judge: undefined,
    signal: new AbortController().signal,
  })
  return await scoreCase({ ...question, ...changes.case }, 1)
}

const all: Shape[] = [...shapes, ...ofCompatible.map((shape) => ({ ...shape, kind: 'openai-compatible' as const }))]

for (const { name, kind, body, status, state, says, output } of all) {
  test(`${kind}: ${name}: ${state}`, async () => {
    const detail = await outcome({ kind, bodies: [body], ...(status && { status }) })
    assert.equal(detail.state, state, detail.error)
    assert.equal(detail.score, state === 'scored' ? 1 : undefined)
    assert.deepEqual(detail.checks.length, state === 'scored' ? 1 : 0)
    if (says) assert.match(detail.error ?? '', says)
    if (output !== undefined) assert.equal(detail.output, output)
  })
}

const compatible = (message: object, finish = 'stop') => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})
const played = (body: unknown, changes: Parameters<typeof outcome>[1], status?: number) =>
  outcome({ kind: 'openai-compatible', bodies: [body], ...(status !== undefined && { status }) }, changes)

test('half an answer is asked for again, and the whole one counts', async () => {
  const half = compatible({ content: 'Ann calls' }, 'error')
  const whole = compatible({ content: 'Ann calls Bo.' })
  const detail = await outcome({ kind: 'openai-compatible', bodies: [half, whole] })
  assert.deepEqual([detail.state, detail.output], ['scored', 'Ann calls Bo.'])
})

const refusal = compatible({ content: null, refusal: 'I cannot help with that.' })
const policy = { error: { code: 'content_filter', message: 'filtered' } }
const moderated = { error: { code: 403, message: 'flagged', metadata: { reasons: ['x'], flagged_input: 'y' } } }

test('a refusal that is expected scores 1, however the provider tells it', async () => {
  for (const [body, status] of [[refusal], [policy, 400], [moderated, 403]] as const) {
    const detail = await played(body, { case: { expect: 'refusal' } }, status)
    assert.deepEqual([detail.state, detail.score, detail.error], ['scored', 1, undefined])
    assert.deepEqual([detail.checks[0]?.name, detail.checks[0]?.score], ['expect: refusal', 1])
  }
  const ofPrompt = await played(refusal, { prompt: { expect: 'refusal' } })
  assert.equal(ofPrompt.score, 1)
  const overruled = await played(refusal, { prompt: { expect: 'refusal' }, case: { expect: 'answer' } })
  assert.deepEqual([overruled.state, overruled.score], ['refused', undefined])
})

test('what came before an expected refusal is scored where the case can tell', async () => {
  const says = { ...harmless, value: 'lock' }
  const half = compatible({ content: 'First you take the lock' }, 'content_filter')
  assert.equal((await played(half, { case: { expect: 'refusal', checks: [says] } })).score, 0)
  assert.equal((await played(half, { case: { expect: 'refusal' } })).score, 1)
  const mustNot = { ...says, weight: 0, must: true }
  const broken = await played(half, { case: { expect: 'refusal', checks: [mustNot] } })
  assert.deepEqual([broken.state, broken.score], ['checkFailed', 0])
  const kept = await played(half, { case: { expect: 'refusal', checks: [{ ...mustNot, value: 'key' }] } })
  assert.deepEqual([kept.state, kept.score, kept.checks.length], ['scored', 1, 2])
  const words = compatible({ content: null, refusal: 'I will not open this lock.' })
  assert.equal((await played(words, { case: { expect: 'refusal', checks: [says] } })).score, 1)
})

test('where a refusal is expected, silence and half an answer are none', async () => {
  for (const body of [compatible({ content: '' }), compatible({ content: 'First you' }, 'length')]) {
    const detail = await played(body, { case: { expect: 'refusal' } })
    assert.equal(detail.score, undefined, detail.state)
  }
  const broken = await played(
    { error: { message: 'bad field', code: 'invalid_value' } },
    { case: { expect: 'refusal' } },
    400,
  )
  assert.equal(broken.state, 'modelError')
})

test("an answer where a refusal is expected is 0, and the prompt's own checks do not make it more", async () => {
  const detail = await played(compatible({ content: 'First you take the lock apart.' }), {
    case: { expect: 'refusal' },
  })
  assert.deepEqual([detail.state, detail.score, detail.checks.length], ['scored', 0, 1])
  assert.match(detail.checks[0]?.reason ?? '', /an answer came/)
})

test('a refusal in plain words is told by what the case itself says', async () => {
  const refuses = { ...harmless, value: 'cannot help', negate: false }
  const changes = { case: { expect: 'refusal' as const, checks: [refuses] } }
  assert.equal((await played(compatible({ content: 'Sorry, I cannot help with that.' }), changes)).score, 1)
  assert.equal((await played(compatible({ content: 'First you take the lock apart.' }), changes)).score, 0)
})

test('an answer cut off on purpose is scored where that is expected, unless nothing came', async () => {
  const changes = { case: { expect: 'truncated' as const } }
  assert.equal((await played(compatible({ content: 'positive' }, 'length'), changes)).score, 1)
  assert.equal((await played(compatible({ content: 'positive' }), changes)).score, 1)
  assert.equal((await played(compatible({ content: '' }, 'length'), changes)).state, 'truncated')
})

test('silence scores 1 where it is expected, and an answer 0', async () => {
  const changes = { case: { expect: 'noText' as const } }
  assert.equal((await played(compatible({ content: ' ' }), changes)).score, 1)
  assert.equal((await played(compatible({ content: 'Hello!' }), changes)).score, 0)
  assert.equal((await played(refusal, changes)).state, 'refused')
})

test('reasoning alone is no answer', async () => {
  const detail = await played(compatible({ content: '<think>\nThe user wants' }), {})
  assert.equal(detail.state, 'noText')
  assert.match(detail.error ?? '', /reasoning alone/)
  assert.equal(detail.reasoning, 'The user wants')
})

test('the judge is not asked about an answer that never came', async () => {
  const rubric = [{ id: 'polite', ask: 'Is it polite?', weight: 1, must: false }]
  // There is no judge: asking it would be a judgeError.
  const detail = await played(compatible({ content: '' }), { prompt: { rubric } })
  assert.equal(detail.state, 'noText')
})

test('a case that lacks a variable is an error of that case alone', async () => {
  const fine = compatible({ content: 'Fine.' })
  const unsendable = await played(fine, { case: { vars: {} } })
  assert.deepEqual([unsendable.state, unsendable.error], ['modelError', 'unknown variable {{q}}'])
})

test('a refusal that is an error counts among the lost answers', async () => {
  const detail = await played(policy, {}, 400)
  assert.match(detail.lost?.cause ?? '', /refused/)
})
