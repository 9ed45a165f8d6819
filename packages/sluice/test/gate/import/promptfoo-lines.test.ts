import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runImport } from './import-run.ts'

const contains = (value: string) => ({ type: 'contains', value })

test('lines keep no template: each case is asked with what was sent, and no case is made for another prompt', async () => {
  const [first, second] = ['a', 'b'].map((word) => `Say ${word}, and {{mean}} it.`)
  const chat = (word: string) =>
    JSON.stringify([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: `Say ${word}.` },
    ])
  const lines = (texts: [string, string, string][]) =>
    texts
      .map(([word, raw, output]) =>
        JSON.stringify({
          promptIdx: 0,
          prompt: { raw, label: 'p' },
          vars: { word },
          response: { output },
          success: true,
          testCase: { vars: { word }, assert: [contains(word)] },
        }),
      )
      .join('\n')
  const run = await runImport('promptfoo', {
    'kept.jsonl': lines([
      ['a', first ?? '', 'a!'],
      ['b', second ?? '', 'b!'],
      ['b', 'Another turn.', 'b?'],
    ]),
  })
  assert.equal(run.code, 0, run.stderr)
  assert.deepEqual(run.written('prompts/kept.prompt.yml').messages, [{ role: 'user', content: '{{prompt}}' }])
  assert.deepEqual(
    run.written('evals/kept.yaml').map(({ vars }: { vars: unknown }) => vars),
    [{ prompt: first }, { prompt: second }],
  )
  assert.deepEqual(
    run.written('recordings/kept.jsonl').map(({ output }: { output: string }) => output),
    ['a!', 'b!'],
  )
  assert.ok(run.fidelity.some((line) => line.startsWith('approximated prompt as it was sent')))
  assert.ok(run.fidelity.some((line) => line.startsWith('dropped answer: its test was sent with other texts')))

  const chats = await runImport('promptfoo', {
    'kept.jsonl': lines([
      ['a', chat('a'), 'a!'],
      ['b', chat('b'), 'b!'],
      ['c', 'no chat', 'c!'],
    ]),
  })
  assert.deepEqual(
    chats.written('prompts/kept.prompt.yml').messages.map(({ role }: { role: string }) => role),
    ['system', 'user'],
  )
  assert.equal(chats.written('evals/kept.yaml')[1].vars.prompt_2, 'Say b.')
  assert.ok(chats.fidelity.includes('dropped case: its messages are not those of the others'))
})
