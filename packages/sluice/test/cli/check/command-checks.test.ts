import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

const files = (check: string) => ({
  'sluice.yaml':
    'providers: {recorded: {kind: replay, files: r.jsonl}, own: {kind: openai, apiKeyEnv: HOUSE_PHRASE}}\n' +
    'judge: {model: recorded:m}\n',
  'r.jsonl': '{"case":"testData-1","model":"m","output":"Dear Ann"}\n',
  'prompts/a.prompt.yml': `sluice: 1
name: a
model: recorded:m
messages: [{role: user, content: "{{q}}"}]
testData: [{q: hello}]
checks: [${check}]
`,
  'checks/seen.mjs': `import { readFileSync } from 'node:fs'
const { output, vars } = JSON.parse(readFileSync(0, 'utf8'))
const { PLAIN, HOUSE_PHRASE, ANTHROPIC_API_KEY, GITHUB_TOKEN, HTTPS_PROXY } = process.env
const seen = [PLAIN, HOUSE_PHRASE, ANTHROPIC_API_KEY, GITHUB_TOKEN, HTTPS_PROXY]
console.log(JSON.stringify({ score: 0.5, reason: output + ' ' + vars.q + ' ' + seen.map((each) => each ?? '-').join(' ') }))
`,
  'checks/broken.mjs': `console.error('no luck'); process.exitCode = 1\n`,
})

test("a check's program runs in the project's folder and sees the answer, but no credentials", async () => {
  using project = createProject(files(`{command: "${process.execPath} checks/seen.mjs"}`))
  const { report } = await judged(project, ['eval', 'a'], {
    PLAIN: 'plain',
    HOUSE_PHRASE: 'open-sesame-1234',
    ANTHROPIC_API_KEY: 'sk-ant-0123456789',
    GITHUB_TOKEN: 'ghs_0123456789',
    HTTPS_PROXY: 'http://ann:word-of-ann@proxy:1',
  })
  const [only] = report.features[0]?.cases ?? []
  assert.equal(only?.score, 0.5)
  assert.equal(only?.checks[0]?.reason, 'Dear Ann hello plain - - - -')
})

test('a program that fails leaves the case without a score, and the run says why', async () => {
  using project = createProject(files(`{command: [${process.execPath}, checks/broken.mjs]}`))
  const { report } = await judged(project, ['eval', 'a'])
  const [only] = report.features[0]?.cases ?? []
  assert.deepEqual([only?.state, only?.score], ['checkError', null])
  assert.match(only?.error ?? '', /broken\.mjs exited with 1; stderr ends: no luck/)
})

test('a script that is not there is a warning of check', async () => {
  using project = createProject(files('{command: "python3 checks/tone.py"}'))
  const { code, stdout, stderr } = await project.sluice(['check'])
  assert.equal(code, 0, stderr)
  assert.match(
    `${stdout}${stderr}`,
    /checks\.0\.command: warning: there is no file checks\/tone\.py; commands run in the folder/,
  )
})
