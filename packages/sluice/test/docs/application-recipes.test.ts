import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { routeUnit, type SluiceClient } from '@sluice/client'
import { listen } from '../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from '../support/control-plane/control-plane.ts'
import { fakeModel, textOf } from '../support/fake-model.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { readRecipe } from './recipe-page.ts'

const feature = 'email-summary'
const clientSource = pathToFileURL(path.join(import.meta.dirname, '../../../client/src/index.ts')).href

/** A control plane with an active version, and a model, both on this machine. */
async function world() {
  const plane = await testPlane()
  const listening = await listen(plane.plane, { host: '127.0.0.1', port: 0 })
  const model = await fakeModel((request) => `Summary of ${textOf(request)}`)
  const version = await plane.publish(feature, 'Mail: {{email}}')
  const body = { version, reason: 'test' }
  assert.equal((await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })).status, 200)
  return {
    plane,
    model,
    version,
    env: { SLUICE_URL: listening.url, SLUICE_TOKEN: tokenOf('client'), MODEL_URL: model.url, MODEL_KEY: 'key' },
    async [Symbol.asyncDispose]() {
      await Promise.all([listening.close(), model[Symbol.asyncDispose]()])
      await plane[Symbol.asyncDispose]()
    },
  }
}

/** Variables of this process, which the files of the recipes read, for as long as the value lives. */
function environment(variables: Record<string, string>): Disposable {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    },
  }
}

const logged = ({ store }: TestPlane) => store.readLog({ after: 0, limit: 100 })

test('the file for Express and Fastify: one summary, its outcome, and feedback on it', async () => {
  const { files } = readRecipe('express')
  const file = files['summarise.ts'] ?? ''
  assert.equal(readRecipe('fastify').files['summarise.ts'], file)
  await using here = await world()
  const folder = temporaryFolder('recipe')
  const copy = path.join(folder, 'summarise.ts')
  const snapshot = JSON.stringify(path.join(folder, 'snapshot.json'))
  writeFileSync(copy, file.replace("'@sluice/client'", `'${clientSource}'`).replace("'sluice-snapshot.json'", snapshot))
  using _ = environment(here.env)
  const { sluice, summarise } = (await import(pathToFileURL(copy).href)) as {
    sluice: SluiceClient
    summarise(user: string, email: string): Promise<{ summary: string; version: string; reference: never }>
  }
  await sluice.ready()
  const { summary, version, reference } = await summarise('ann', 'Call Bo.')
  assert.deepEqual([summary, version], ['Summary of Mail: Call Bo.', here.version])
  sluice.feedback(reference, { thumb: 'up' })
  await sluice.close()
  assert.partialDeepStrictEqual(await logged(here.plane), [
    { kind: 'request', version: here.version, inputTokens: 100, outputTokens: 20 },
    { kind: 'feedback', score: 1 },
  ])
  assert.equal(here.model.requests[0]?.model, 'gpt-4.1-2025-04-14')
})

test('the file for Next.js makes one client, however often it is loaded', async () => {
  await using here = await world()
  const folder = temporaryFolder('recipe')
  using _ = environment({ ...here.env, SLUICE_SNAPSHOT: path.join(folder, 'snapshot.json') })
  const clients: SluiceClient[] = []
  for (const name of ['once.ts', 'again.ts']) {
    const copy = path.join(folder, name)
    const file = readRecipe('nextjs').files['lib/sluice.ts'] ?? ''
    writeFileSync(copy, file.replace("'@sluice/client'", `'${clientSource}'`))
    const { sluice } = (await import(pathToFileURL(copy).href)) as { sluice(): SluiceClient }
    clients.push(sluice())
  }
  assert.equal(clients[0], clients[1])
  await clients[0]?.ready()
  assert.equal(clients[0]?.route(feature, 'ann').version, here.version)
  await clients[0]?.close()
})

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const skip = hasPython() ? false : 'there is no python3 of 3.8 or newer on this machine'

test('Python: the version of the user, its outcome, a canary, a failing model, a control plane that is away', {
  skip,
}, async () => {
  await using here = await world()
  const { plane, version } = here
  const folder = temporaryFolder('recipe')
  const { files } = readRecipe('python')
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  const python = async (code: string) => {
    const args = ['-c', code]
    return (await promisify(execFile)('python3', args, { cwd: folder, env: { ...process.env, ...here.env } })).stdout
  }
  assert.match(await python('import app'), /^Summary of Mail: Call Bo by Friday\.\n$/)
  const candidate = await plane.publish(feature, 'Short mail: {{email}}')
  const started = await plane.ask(`POST /v1/features/${feature}/rollouts`, {
    as: 'operator',
    body: { version: candidate },
  })
  assert.equal(started.status, 201)
  const { body: snapshot } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  const users = Array.from({ length: 5000 }, (_, index) => `user-${index}`)
  const inCanary = users.find((user) => routeUnit(snapshot.features[feature], user).arm === 'canary')
  await python(`
from sluice_http import Feature, run
import sluice_http
mail = Feature("${feature}")
def broken(name, messages):
    raise ValueError(messages[-1]["content"])
try:
    run(mail, "${inCanary}", {"email": "{{x}}"}, broken)
except ValueError as error:
    assert str(error) == "Short mail: {{x}}", error
sluice_http.URL = "http://127.0.0.1:9"
version, outcome = mail.route("${inCanary}")
assert version["id"] == "${version}" and "arm" not in outcome, outcome
`)
  await until(async () => (await logged(plane)).length === 2, 'both outcomes')
  assert.partialDeepStrictEqual(await logged(plane), [
    { version, inputTokens: 100, arm: null },
    { version: candidate, arm: 'canary', error: 'ValueError' },
  ])
})
