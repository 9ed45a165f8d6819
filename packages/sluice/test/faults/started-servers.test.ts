import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { startOfProcess } from '../../src/core/providers/processes/process-identity.ts'
import { createProject, type Project } from '../support/project.ts'
import { until } from '../support/until.ts'

/** Answers with the word in upper case; a word of "hang" gets no answer. */
const server = `import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const { word } = JSON.parse(text)
  writeFileSync(word + '.pid', String(process.pid))
  if (word !== 'hang') response.end(word.toUpperCase())
}).listen(process.env.PORT)
`

const suite = (word: string) => `- {id: one, vars: {word: ${word}}, expected: ${word.toUpperCase()}, tags: [core]}\n`

const files = (word: string) => ({
  'server.mjs': server,
  'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: {http: {url: "http://127.0.0.1:{port}/"}, start: [node, server.mjs]}
suites: {fast: ../evals/app.yaml}
checks: [{equals: "{{expected}}"}]
`,
  'evals/app.yaml': suite(word),
})

/** The process that answered to a word; undefined before. */
function serverOf(project: Project, word: string): number | undefined {
  const file = path.join(project.root, `${word}.pid`)
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
}

const isThere = (pid: number | undefined) => pid !== undefined && startOfProcess(pid) !== undefined

test('a killed run leaves its server behind, and the next run ends it', async () => {
  using project = createProject(files('hang'))
  const run = project.start(['eval', 'app'])
  await until(() => serverOf(project, 'hang') !== undefined, 'a request')
  run.kill('SIGKILL')
  await run.done
  const left = serverOf(project, 'hang')
  assert.ok(isThere(left))
  project.write({ 'evals/app.yaml': suite('next') })
  const { code, stderr } = await project.sluice(['eval', 'app'])
  assert.equal(code, 0, stderr)
  await until(() => !isThere(left), 'the end of the server that was left behind')
  assert.ok(!isThere(serverOf(project, 'next')))
  assert.deepEqual(readdirSync(path.join(project.root, '.sluice/processes')), [])
})

test('Ctrl-C ends the server with the run', async () => {
  using project = createProject(files('hang'))
  const run = project.start(['eval', 'app'])
  await until(() => serverOf(project, 'hang') !== undefined, 'a request')
  const pid = serverOf(project, 'hang')
  for (const wait of ['Stopping: waiting', undefined]) {
    run.kill('SIGTERM')
    if (wait) await until(() => run.said().includes(wait), 'its answer to the signal')
    // What follows within 100 ms counts as an echo of the first.
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  assert.equal((await run.done).code, 130)
  assert.ok(!isThere(pid))
})
