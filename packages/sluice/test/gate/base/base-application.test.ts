import assert from 'node:assert/strict'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { commitAll, type Judged, judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const cases = Array.from({ length: 2 }, (_, index) => `- {id: c${index}, vars: {word: w${index}}, expected: W${index}}`)

function filesOf(target: string): Record<string, string> {
  return {
    'package.json': '{"name": "app", "type": "module"}',
    'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: ${target}
suites: {fast: ../evals/app.yaml}
checks: [{equals: "{{expected}}", caseSensitive: true}]
`,
    'evals/app.yaml': `${cases.join('\n')}\n`,
    'sluice.yaml': 'sluice: 1\ngate: {threshold: 0.05, margin: 0.05, repeats: [1]}\n',
  }
}

const program = (change: string) => `let text = ''
process.stdin.on('data', (chunk) => { text += chunk })
process.stdin.on('end', () => process.stdout.write(JSON.parse(text).word${change}))
`

/** A project whose application upper-cases in the base commit, and lower-cases in the working tree. */
function brokenApp(target: string, more: Record<string, string> = {}): Project {
  const project = createProject({ ...filesOf(target), 'app.mjs': program('.toUpperCase()'), ...more })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': program('.toLowerCase()') })
  return project
}

const featureOf = ({ report }: Judged) => report.features[0]

/** An agent that does what its AGENTS.md says, in a workspace; what it leaves there is checked. */
test('a change of a file in the workspace alone is compared in pairs, each version with its own copy', async () => {
  const runner = `import fs from 'node:fs'
const { word } = JSON.parse(fs.readFileSync(0, 'utf8'))
const isLoud = fs.readFileSync('AGENTS.md', 'utf8').includes('capitals')
fs.writeFileSync('answer.txt', isLoud ? word.toUpperCase() : 'no')
console.log('done')
`
  const target = '{command: [node, "{project}/run.mjs"], workspace: {files: agent, state: [answer.txt]}}'
  const files = filesOf(target)
  const prompt = `${files['prompts/app.prompt.yml']}`.replace(
    /^checks: .*$/m,
    `checks: [{state: {path: "$['answer.txt']", equals: "{{expected}}"}}]`,
  )
  using project = createProject({
    ...files,
    'prompts/app.prompt.yml': prompt,
    'run.mjs': runner,
    'agent/AGENTS.md': 'Answer in capitals.',
  })
  commitAll(project, 'base', 'change')
  project.write({ 'agent/AGENTS.md': 'Answer quietly.' })
  const gate = await judged(project, ['gate'])
  const feature = featureOf(gate)
  assert.equal(gate.code, 1, gate.stderr)
  assert.deepEqual([feature?.comparison?.pairs, feature?.comparison?.meanDifference], [2, -1])
  assert.deepEqual(feature?.cases[0]?.trace?.endState, { 'answer.txt': 'no' })
  assert.deepEqual(feature?.cases[0]?.baselineTrace?.endState, { 'answer.txt': 'W0' })

  // The base commit's own target says where its files are.
  project.write({
    'agent/AGENTS.md': 'Answer in capitals.',
    'prompts/app.prompt.yml': prompt.replace('agent,', 'helper,'),
  })
  project.git('mv', 'agent', 'helper')
  const moved = await judged(project, ['gate'])
  assert.equal(moved.code, 0, moved.stderr)
  assert.equal(featureOf(moved)?.comparison?.pairs, 2)
})

test('a change of code alone is compared in pairs with the application of the base commit', async () => {
  using project = brokenApp('{command: [node, app.mjs]}')
  const gate = await judged(project, ['gate'])
  const feature = featureOf(gate)
  assert.equal(gate.code, 1, gate.stderr)
  assert.deepEqual([feature?.comparison?.pairs, feature?.comparison?.meanDifference], [2, -1])
  assert.ok(feature?.reasons.some(({ code }) => code === 'regression'))
  assert.match(feature?.notes.join('\n') ?? '', /The baseline is the application of [0-9a-f]{7}, run from a worktree/)
  assert.deepEqual([feature?.cases[0]?.output, feature?.cases[0]?.baselineOutput], ['w0', 'W0'])

  project.write({ 'app.mjs': `// The same.\n${program('.toUpperCase()')}` })
  const fixed = await judged(project, ['gate'])
  assert.equal(fixed.code, 0, fixed.stderr)
  assert.equal(featureOf(fixed)?.comparison?.meanDifference, 0)
  assert.equal(project.git('status', '--porcelain').trim(), 'M app.mjs', 'the working tree is as the user has it')
})

test('two versions of a module do not mix', async () => {
  const shout = (change: string) => `export default async ({ word }) => word${change}\n`
  using project = createProject({ ...filesOf('{module: ../app.mjs}'), 'app.mjs': shout('.toUpperCase()') })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': shout('.toLowerCase()') })
  const gate = await judged(project, ['gate'])
  assert.equal(gate.code, 1, gate.stderr)
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1)
})

test('an application of the base commit that cannot be set up is a reason of its own, and no pass', async () => {
  const setup = `setup: [node, -e, "process.exit(7)"]`
  using project = createProject({
    ...filesOf(`{command: [node, app.mjs], ${setup}}`),
    'app.mjs': program('.toUpperCase()'),
  })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': `// The same.\n${program('.toUpperCase()')}` })
  const gate = await judged(project, ['gate'])
  const feature = featureOf(gate)
  assert.deepEqual([gate.code, feature?.verdict], [2, 'inconclusive'], gate.stderr)
  assert.equal(feature?.reasons[0]?.code, 'baseline')
  assert.match(feature?.reasons[0]?.message ?? '', /application of the base commit .* does not run.*exited with 7/)
})

test('where the packages are others, or lead into the working tree, setup is asked for', async () => {
  using project = brokenApp('{command: [node, app.mjs]}', { 'package-lock.json': '{}' })
  project.write({
    'package-lock.json': '{"lockfileVersion": 3}',
    'app.mjs': `// The same.\n${program('.toUpperCase()')}`,
  })
  const others = featureOf(await judged(project, ['gate']))
  assert.match(others?.reasons[0]?.message ?? '', /package-lock\.json changed.*target\.setup/)

  const padding = `import 'pad'\n${program('.toUpperCase()')}`
  using unlocked = brokenApp('{command: [node, app.mjs]}', { '.gitignore': 'node_modules', 'app.mjs': padding })
  unlocked.write({
    'package.json': '{"name": "app", "type": "module", "dependencies": {"pad": "2"}}',
    'node_modules/pad/index.js': '',
    'app.mjs': padding,
  })
  const manifest = featureOf(await judged(unlocked, ['gate']))
  assert.match(manifest?.reasons[0]?.message ?? '', /its packages are others \(package\.json changed\)/)

  using patched = brokenApp('{command: [node, app.mjs]}', { 'patches/left-pad+1.0.0.patch': 'old' })
  patched.write({ 'patches/left-pad+1.0.0.patch': 'new', 'app.mjs': program('.toUpperCase()') })
  const patches = featureOf(await judged(patched, ['gate']))
  assert.match(patches?.reasons[0]?.message ?? '', /its packages are others \(patches\/.*changed\).*target\.setup/)

  using linked = brokenApp('{command: [node, app.mjs]}', { 'packages/lib/package.json': '{"name": "@me/lib"}' })
  linked.write({ 'app.mjs': `// The same.\n${program('.toUpperCase()')}` })
  mkdirSync(path.join(linked.root, 'node_modules/@me'), { recursive: true })
  symlinkSync(path.join(linked.root, 'packages/lib'), path.join(linked.root, 'node_modules/@me/lib'))
  const links = featureOf(await judged(linked, ['gate']))
  assert.match(links?.reasons[0]?.message ?? '', /would import @me\/lib from the working tree.*target\.setup/)

  // A setup that only builds installs nothing.
  const builds = (setup: string) => filesOf(`{command: [node, app.mjs], setup: [node, -e, ${setup}]}`)
  linked.write(builds('"1"'))
  const built = featureOf(await judged(linked, ['gate']))
  assert.match(built?.reasons[0]?.message ?? '', /would import @me\/lib from the working tree.*target\.setup/)
  linked.write(builds(`"fs.mkdirSync('node_modules/@me/lib', {recursive: true})"`))
  assert.equal(featureOf(await judged(linked, ['gate']))?.comparison?.pairs, 2)
})

test('another setting of the same application is a change that is compared', async () => {
  const shout = `let text = ''
process.stdin.on('data', (chunk) => { text += chunk })
process.stdin.on('end', () => {
  const { word } = JSON.parse(text)
  process.stdout.write(process.env.QUIET ? word : word.toUpperCase())
})
`
  using project = createProject({ ...filesOf('{command: [node, app.mjs]}'), 'app.mjs': shout })
  commitAll(project, 'base', 'change')
  const prompt = filesOf('{command: [node, app.mjs], env: {QUIET: "1"}}')['prompts/app.prompt.yml'] ?? ''
  project.write({ 'prompts/app.prompt.yml': prompt })
  const gate = await judged(project, ['gate'])
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1, gate.stderr)
})

test('an application that is the same in both commits is judged by the threshold, and no worktree is made', async () => {
  using project = brokenApp('{command: [node, ../app/app.mjs], cwd: evals}', {})
  project.write({ 'app.mjs': program('.toUpperCase()') })
  const gate = await judged(project, ['gate', '--all'])
  assert.match(featureOf(gate)?.notes.join('\n') ?? '', /its application are those of the base commit/)
  assert.ok(!existsSync(path.join(project.root, '.sluice/worktrees')))
})

const server = (change: string, before = '') => `${before}
import { createServer } from 'node:http'
createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => { text += chunk })
  request.on('end', () => response.end(text === '' ? 'ready' : JSON.parse(text).word${change}))
}).listen(process.env.PORT, '127.0.0.1')
`
const served = '{http: {url: "http://127.0.0.1:{port}/"}, start: [node, app.mjs], ready: /}'

test('a server of each commit is started and compared; one of the base commit that does not start is named', async () => {
  using project = createProject({ ...filesOf(served), 'app.mjs': server('.toUpperCase()') })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': server('.toLowerCase()') })
  const gate = await judged(project, ['gate'])
  assert.equal(gate.code, 1, gate.stderr)
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1)

  project.write({ 'app.mjs': server('.toUpperCase()', 'process.exit(9)') })
  commitAll(project, 'broken', 'mended')
  project.write({ 'app.mjs': server('.toUpperCase()') })
  const mended = await judged(project, ['gate', '--base', 'change'])
  assert.deepEqual([mended.code, featureOf(mended)?.reasons[0]?.code], [2, 'baseline'], mended.stderr)
  assert.match(featureOf(mended)?.reasons[0]?.message ?? '', /does not start, .*exit.* 9/s)
})

test('where no base can be run, the scores of the last accepted run stand for it, if cases and checks are the same', async () => {
  let change = (word: string) => word.toUpperCase()
  const app = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    response.end(change((JSON.parse(text) as { word: string }).word))
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`
    const files = filesOf(`{http: {url: "${url}"}}`)
    const prompt = `${files['prompts/app.prompt.yml']}`.replace('checks: [', 'checks: [{module: ../checks/fine.mjs}, ')
    using project = createProject({
      ...files,
      'prompts/app.prompt.yml': prompt,
      'app.mjs': '1',
      'checks/fine.mjs': 'export default () => true\n',
    })
    commitAll(project, 'base')
    project.git('branch', '-M', 'main')
    assert.equal((await judged(project, ['gate', '--all', '--threshold', '0.01'])).code, 0)
    const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'), { readOnly: true })
    assert.deepEqual(database.prepare('SELECT * FROM accepted').all(), [], 'flags have loosened what it was held to')
    database.close()
    const accepted = await judged(project, ['gate', '--all'])
    assert.equal(accepted.code, 0, accepted.stderr)

    project.git('checkout', '-qb', 'change')
    project.write({ 'app.mjs': '2' })
    change = (word) => word.toLowerCase()
    const gate = await judged(project, ['gate'])
    assert.equal(gate.code, 1, gate.stderr)
    assert.equal(featureOf(gate)?.comparison?.meanDifference, -0.5)
    assert.match(
      featureOf(gate)?.notes.join('\n') ?? '',
      /The baseline is the scores of the accepted run on [0-9a-f]{7}/,
    )

    project.write({ 'checks/fine.mjs': 'export default () => false\n' })
    const checked = featureOf(await judged(project, ['gate']))
    assert.equal(checked?.comparison, null, 'other code of a check gives other scores')
    project.git('checkout', '-q', '--', 'checks')

    project.write({ 'evals/app.yaml': `${cases.slice(1).join('\n')}\n` })
    const other = featureOf(await judged(project, ['gate']))
    assert.equal(other?.comparison, null)
    assert.match(other?.notes.join('\n') ?? '', /are of other cases, checks or questions, so they are no baseline/)
  } finally {
    app.close()
  }
})
