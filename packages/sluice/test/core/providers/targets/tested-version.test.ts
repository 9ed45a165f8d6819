import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createTarget } from '../../../../src/core/providers/targets/target.ts'
import type { TestedVersion } from '../../../../src/core/providers/targets/tested-version.ts'
import type { Target } from '../../../../src/core/suite/prompt/target.ts'
import { faultServer, json } from '../../../support/providers/fault-server.ts'
import { failureOf } from '../../../support/providers/model-call.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const tested: TestedVersion = {
  prompt: {
    feature: 'mail',
    id: '0123456789ab',
    messages: [{ role: 'user', content: '{{a}}' }],
    model: 'openai:m',
    parameters: { temperature: 0.5 },
  },
  role: 'baseline',
  promptFile: '/versions/mail.prompt.yml',
}
const version = {
  id: '0123456789ab',
  label: null,
  messages: tested.prompt.messages,
  model: 'openai:m',
  parameters: { temperature: 0.5 },
}
const context = { caseId: 'c', repeat: 2, signal: new AbortController().signal }

async function answer(target: Target, vars: Record<string, unknown> = { a: 1 }): Promise<string> {
  const opened = createTarget(target, { env: process.env, tested })
  try {
    return (await opened(vars, context)).output
  } finally {
    await opened.close()
  }
}

test('a request has the version under test only where the target says so', async () => {
  await using server = await faultServer(json({ output: 'x' }))
  await answer({ kind: 'http', url: server.url })
  await answer({ kind: 'http', url: server.url, sendVersion: true })
  const sluice = { feature: 'mail', version, arm: 'baseline', case: 'c', repeat: 2 }
  assert.deepEqual(
    server.requests.map(({ body }) => body),
    [{ a: 1 }, { a: 1, sluice }],
  )
  const refused = await failureOf(answer({ kind: 'http', url: server.url, sendVersion: true }, { sluice: 1 }))
  assert.deepEqual([refused.kind, refused.retryable], ['bad-request', false])
  assert.match(refused.message, /has a variable "sluice".*rename it, or leave out sendVersion/)
  await answer({ kind: 'http', url: server.url }, { sluice: 1 })
  assert.deepEqual(server.requests.at(-1)?.body, { sluice: 1 })
})

test('a command has it in its input and as a file', async () => {
  const code = 'process.stdin.on("data", (text) => process.stdout.write(process.env.SLUICE_PROMPT_FILE + " " + text))'
  const target: Target = { kind: 'command', command: [process.execPath, '-e', code], cwd: '/', sendVersion: true }
  const [file, ...input] = (await answer(target)).split(' ')
  assert.equal(file, '/versions/mail.prompt.yml')
  assert.deepEqual(JSON.parse(input.join(' ')).sluice.version, version)
})

test('a function has it in its second argument', async () => {
  const folder = temporaryFolder('tested')
  const file = path.join(folder, 'app.mjs')
  writeFileSync(
    file,
    'export default (vars, { signal, ...rest }) => ({ output: { rest, file: process.env.SLUICE_PROMPT_FILE } })',
  )
  assert.deepEqual(JSON.parse(await answer({ kind: 'module', file, export: 'default', cwd: folder })), {
    rest: { caseId: 'c', repeat: 2, feature: 'mail', version, arm: 'baseline' },
    file: '/versions/mail.prompt.yml',
  })
})
