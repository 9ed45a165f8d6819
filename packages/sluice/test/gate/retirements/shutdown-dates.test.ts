import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endFindings, endingModels } from '../../../src/gate/retirements/ending-models.ts'
import { askShutdownDates } from '../../../src/gate/retirements/shutdown-dates.ts'
import { good, load } from '../../support/memory-files.ts'

const env = { OPENAI_API_KEY: 'k-openai' }

/** Answers `GET /models` with a body, or with a status. */
function listing(answer: unknown, asked: string[] = []): typeof fetch {
  return async (input, init) => {
    asked.push(`${input} ${new Headers(init?.headers).get('authorization')}`)
    return typeof answer === 'number' ? new Response('{}', { status: answer }) : Response.json(answer)
  }
}

const list = {
  data: [
    { id: 'gpt-7', object: 'model', shutdown_date: '2027-05-01' },
    { id: 'gpt-8', object: 'model', shutdown_date: null },
    { id: 'gpt-4o', object: 'model' },
  ],
}

test('OpenAI tells when a model ends; others are not asked, and neither is one without its key', async () => {
  const asked: string[] = []
  const models = ['openai:gpt-7', 'openai:gpt-8', 'local:gpt-7', 'anthropic:claude-haiku-5-5']
  const providers = { local: { kind: 'openai-compatible' as const, baseURL: 'http://127.0.0.1:1/v1' } }
  const { dates, notes } = await askShutdownDates(models, { providers }, { env, fetch: listing(list, asked) })
  assert.deepEqual([...dates], [['openai:gpt-7', '2027-05-01']])
  assert.deepEqual([asked, notes], [['https://api.openai.com/v1/models Bearer k-openai'], []])
  const silent = await askShutdownDates(models, { providers }, { env: {}, fetch: listing(list, asked) })
  assert.deepEqual([silent.dates.size, silent.notes, asked.length], [0, [], 1])
})

test('a provider that does not answer, or not as it should, is named, and the table counts', async () => {
  for (const [answer, words] of [
    [500, /status 500/],
    [{ models: [] }, /not a list of models/],
  ] as const) {
    const { dates, notes } = await askShutdownDates(
      ['openai:gpt-7'],
      { providers: {} },
      { env, fetch: listing(answer) },
    )
    assert.equal(dates.size, 0)
    assert.match(notes.join(), words)
  }
})

test('the judge is among the models that end, and what the provider says counts before the table', async () => {
  const { prompts, config } = await load(good({ 'sluice.yaml': 'judge: {model: "openai:gpt-4o-2024-08-06"}\n' }))
  const findings = (told?: Map<string, string>) =>
    endFindings(endingModels(prompts, config, '2026-12-01', told), '2026-12-01').map(({ message }) => message)
  const judge = /^openai:gpt-4o-2024-08-06 is switched off on 2027-01-14, in 44 days\..*Used by the judge\.$/
  assert.equal(findings().filter((message) => judge.test(message)).length, 1, findings().join('\n'))
  const sooner = findings(new Map([['openai:gpt-4o-2024-08-06', '2026-12-05']]))
  assert.equal(sooner.filter((message) => /on 2026-12-05, in 4 days\./.test(message)).length, 1, sooner.join('\n'))
})
