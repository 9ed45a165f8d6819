import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { commitAll, type Judged, judged } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const cases = Array.from({ length: 2 }, (_, index) => `- {id: c${index}, vars: {word: w${index}}, expected: W${index}}`)

function promptOf(target: string, more = ''): Record<string, string> {
  return {
    'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-5-5
target: ${target}
suites: {fast: ../evals/app.yaml}
checks: [{equals: "{{expected}}", caseSensitive: true}]
${more}`,
  }
}

function filesOf(target: string): Record<string, string> {
  return {
    ...promptOf(target),
    'package.json': '{"name": "app", "type": "module"}',
    'evals/app.yaml': `${cases.join('\n')}\n`,
    'sluice.yaml': 'sluice: 1\ngate: {threshold: 0.05, margin: 0.05, repeats: [1]}\n',
    '.gitignore': '.sluice\n.env\n',
  }
}

const upper = '.toUpperCase()'
const lower = '.toLowerCase()'
const program = (change: string, before = '') => `${before}
let text = ''
process.stdin.on('data', (chunk) => { text += chunk })
process.stdin.on('end', () => process.stdout.write(JSON.parse(text).word${change}))
`
const command = '{command: [node, app.mjs]}'

/** The application of the base commit upper-cases; that of the change lower-cases. */
function changedApp(base: Record<string, string>, change: Record<string, string>): Project {
  const project = createProject(base)
  commitAll(project, 'base', 'change')
  project.write(change)
  return project
}

const featureOf = ({ report }: Judged) => report.features[0]

test('absolute paths into the repository do not lead the application of the base commit to the code of the change', async () => {
  using project = createProject(filesOf(command))
  const absolute = promptOf(`{command: [node, "${project.root}/app.mjs"]}`)
  project.write({ ...absolute, 'app.mjs': program(upper) })
  commitAll(project, 'base', 'change')
  project.write({ 'app.mjs': program(lower) })
  const gate = await judged(project, ['gate'])
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1, gate.stderr)

  project.git('rm', '-qf', 'app.mjs')
  commitAll(project, 'without', 'again')
  project.write({ 'app.mjs': program(upper) })
  const lacking = featureOf(await judged(project, ['gate', '--base', 'change']))
  assert.match(lacking?.reasons[0]?.message ?? '', /does not run.*it has no app\.mjs/)
})

test('variables of the environment that lead into the working tree lead into the worktree', async () => {
  const reading = program('[change]()', "const { change } = await import(process.env.PWD + '/change.mjs')")
  const changeTo = (name: string) => `export const change = '${name}'\n`
  using project = changedApp(
    { ...filesOf(command), 'app.mjs': reading, 'change.mjs': changeTo('toUpperCase') },
    { 'change.mjs': changeTo('toLowerCase') },
  )
  const gate = await judged(project, ['gate'], { PWD: project.root })
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1, gate.stderr)
})

test('a project that moved has its application of then in its place of then', async () => {
  using project = createProject({ ...filesOf(command), 'app.mjs': program(upper), 'new/keep': '' }, 'new')
  commitAll(project, 'base', 'change')
  mkdirSync(`${project.root}/new`, { recursive: true })
  project.git('mv', 'package.json', 'prompts', 'evals', 'sluice.yaml', 'app.mjs', 'new')
  project.write({ 'new/app.mjs': program(lower) })
  const gate = await judged(project, ['gate'])
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1, gate.stderr)
})

test('a worktree that is written into while it is asked is no baseline', async () => {
  const poison = `import { readdirSync, writeFileSync } from 'node:fs'
const store = '.sluice/worktrees/'
for (const name of readdirSync(store)) if (!name.endsWith('.lock')) writeFileSync(store + name + '/tree/notes.txt', 'other')`
  using project = changedApp(
    { ...filesOf(command), 'app.mjs': program(upper), 'notes.txt': 'notes' },
    { 'app.mjs': program(upper, poison) },
  )
  const gate = await judged(project, ['gate'])
  const feature = featureOf(gate)
  assert.deepEqual([gate.code, feature?.verdict, feature?.reasons[0]?.code], [2, 'inconclusive', 'baseline'])
  assert.match(feature?.reasons[0]?.message ?? '', /changed in its worktree while it was asked.*: notes\.txt\./)
})

test('what cannot be the application of the base commit is named, and so is what it runs without', async () => {
  const module = '{module: ../app.mjs#run}'
  using unnamed = changedApp(
    { ...filesOf(module), 'app.mjs': 'export const other = 1\n' },
    { 'app.mjs': 'export const run = ({ word }) => word.toUpperCase()\n' },
  )
  const gate = await judged(unnamed, ['gate'])
  assert.equal(featureOf(gate)?.reasons[0]?.code, 'baseline', gate.stderr)
  assert.match(featureOf(gate)?.reasons[0]?.message ?? '', /exports no function "run"/)

  using scriptless = changedApp({ ...filesOf(command) }, { 'app.mjs': program(upper) })
  const lacking = featureOf(await judged(scriptless, ['gate']))
  assert.deepEqual([lacking?.verdict, lacking?.reasons[0]?.code], ['inconclusive', 'baseline'])
  assert.match(lacking?.reasons[0]?.message ?? '', /it has no app\.mjs$/)

  using settings = changedApp(
    { ...filesOf(command), 'app.mjs': program(upper) },
    { 'app.mjs': program(lower), '.env': 'A=1' },
  )
  assert.match(
    featureOf(await judged(settings, ['gate']))?.notes.join('\n') ?? '',
    /It runs without \.env, which no commit has/,
  )
})

test('a worktree that is written into while it is asked decides nothing between two references', async () => {
  const writing = `import { writeFileSync } from 'node:fs'\nwriteFileSync('notes.txt', 'other')`
  using project = changedApp(
    { ...filesOf(command), 'app.mjs': program(upper, writing), 'notes.txt': 'notes' },
    { 'app.mjs': program(upper) },
  )
  commitAll(project, 'quiet')
  const both = await judged(project, ['compare', 'app', '--candidate', 'change', '--baseline', 'main'])
  const feature = featureOf(both)
  assert.deepEqual([both.code, feature?.verdict, feature?.reasons[0]?.code], [2, 'inconclusive', 'baseline'])
  assert.match(feature?.reasons[0]?.message ?? '', /changed in its worktree while it was asked.*: notes\.txt\./)
  assert.equal(both.report.verdict, 'inconclusive')

  const changing = `import { writeFileSync } from 'node:fs'\nwriteFileSync('notes.txt', 'changed')`
  project.write({ 'app.mjs': program(upper, changing) })
  const now = featureOf(await judged(project, ['gate', '--base', 'change']))
  assert.match(now?.notes.join('\n') ?? '', /Files of the application changed while it was asked/)
})

test('two references are compared with the application of each, also where only code differs', async () => {
  using project = changedApp({ ...filesOf(command), 'app.mjs': program(upper) }, { 'app.mjs': program(lower) })
  commitAll(project, 'lower')
  const compare = ['compare', 'app', '--candidate', 'change', '--baseline', 'main']
  const both = await judged(project, compare)
  assert.deepEqual([both.code, featureOf(both)?.comparison?.meanDifference], [1, -1], both.stderr)
  assert.match(featureOf(both)?.notes.join('\n') ?? '', /The baseline is the application of [0-9a-f]{7}\./)

  project.write({ ...promptOf(command, 'modelParameters: {temperature: 0.5}\n'), 'app.mjs': program(upper) })
  const present = await judged(project, ['compare', 'app', '--baseline', 'change'])
  assert.equal(featureOf(present)?.comparison?.meanDifference, 1, present.stderr)

  project.git('checkout', '-q', '--', '.')
  project.git('rm', '-q', 'app.mjs')
  project.write(promptOf('{module: ../other.mjs}'))
  commitAll(project, 'without')
  project.write({ 'other.mjs': 'export default () => 1' })
  const refused = await project.sluice(['compare', 'app', '--baseline', 'HEAD'])
  assert.equal(refused.code, 4, refused.stdout)
  assert.match(refused.stderr, /application of the base commit .* does not run.*it has no other\.mjs/)
})

test('a change of the target alone is compared, and the guard names its keys', async () => {
  const styled = (style: string) => promptOf(`{command: [node, app.mjs], paths: [app.mjs], env: {STYLE: ${style}}}`)
  using project = changedApp(
    { ...filesOf(command), ...styled('toUpperCase'), 'app.mjs': program('[process.env.STYLE]()') },
    styled('toLowerCase'),
  )
  const gate = await judged(project, ['gate'])
  assert.equal(featureOf(gate)?.comparison?.meanDifference, -1, gate.stderr)
  const [change] = gate.report.measureChanges ?? []
  assert.equal(change?.after, 'the command node app.mjs, called in another way (target.env)')
})

test('an address is no baseline of itself', async (context) => {
  const app = createServer((_, response) => response.end('W0'))
  context.after(() => app.close())
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const { port } = app.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  using project = changedApp(
    { ...filesOf(`{http: {url: "${url}/"}, baselineUrl: "${url}"}`), 'app.mjs': program(upper) },
    { 'app.mjs': program(lower) },
  )
  const feature = featureOf(await judged(project, ['gate']))
  assert.deepEqual([feature?.verdict, feature?.reasons[0]?.code], ['inconclusive', 'baseline'])
  assert.match(feature?.reasons[0]?.message ?? '', /baselineUrl is the address of the change itself/)
})
