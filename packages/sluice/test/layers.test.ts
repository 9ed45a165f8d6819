import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { importedNames, importedPaths } from './support/imported-paths.ts'

/** A folder may import only itself and the folders before it. The order is the data flow. */
const layersOfSluice = [
  'exit-codes',
  'ci-variables',
  'environment-variables',
  'errors',
  'backoff',
  'retry',
  'hashed-fraction',
  'time-units',
  'json',
  'replace-file',
  'bundled-page',
  'templates-folder',
  'small-heap',
  'stop-signals',
  'loopback',
  'zip',
  'text',
  'charts',
  'sqlite',
  'masking',
  'stats/distributions',
  'stats/intervals',
  'stats/e-values',
  'stats/gate',
  'stats/random',
  'stats/agreement',
  'stats',
  'records',
  'core/trajectory',
  'core/suite',
  'core/providers',
  'core/answers',
  'core/scorers',
  'core/notify',
  'core/github',
  'gate/git',
  'gate/affected',
  'gate/worktree',
  'gate/retirements',
  'gate/safety',
  'gate/tools',
  'gate/run',
  'gate/metrics',
  'gate/verdict',
  'gate/report',
  'gate/labels',
  'gate/calibration',
  'gate/label-page',
  'gate/judge-attack',
  'gate/rubric',
  'gate/suite-review',
  // The steps of the gate and base, guard, results and secrets, which use each other's files: only circles are ruled out.
  'gate',
  'gate/suite-pick',
  'gate/ci',
  'gate/nightly',
  'gate/trends',
  'gate/matrix',
  'gate/upgrade',
  'gate/drill',
  'gate/flakes',
  'gate/plan',
  'gate/costs',
  'gate/init',
  'gate/import',
  'control/release',
  'control/store',
  'control/loops',
  'control/notify',
  'control/rollout/evidence',
  'control/rollout/statistics',
  'control/rollout/observe',
  'control/rollout/assessment',
  'control/rollout',
  'control/rollout/controller',
  'control/plan',
  'control/live',
  'control/drift',
  'control/telemetry',
  'control/words',
  'control/incident',
  'control/github',
  'control/approval',
  'control/pages',
  'control/server',
  'control/remote',
  'control/simulate',
  'control/demo',
  'cli',
]
const layersOfClient = [
  'clock',
  'diagnostic',
  'prompt',
  'protocol',
  'shape',
  'routing',
  'snapshot/read-snapshot',
  'options',
  'connection',
  'snapshot',
  'outcomes',
  'route',
  'client',
  'index',
  'ai-sdk',
  'openfeature',
]
/** Gate and control know nothing of each other: what one needs of the other, the command line hands over. */
const wings = ['gate', 'control']
const src = path.join(import.meta.dirname, '../src')
const clientSrc = path.join(import.meta.dirname, '../../client/src')

/** The layer of a path relative to the source: the longest name of a layer that it begins with. */
function layerOf(file: string, layers: readonly string[]): string {
  const within = layers.filter((layer) => file === `${layer}.ts` || file.startsWith(`${layer}/`))
  return within.sort((a, b) => b.length - a.length)[0] ?? ''
}

const wingOf = (file: string) => wings.find((wing) => file.startsWith(`${wing}/`))
const isOtherWing = (one: string | undefined, other: string | undefined) =>
  one !== undefined && other !== undefined && one !== other

function wrongImports(file: string, text: string, layers: readonly string[] = layersOfSluice): string[] {
  const placeOf = (name: string) => layers.indexOf(layerOf(name, layers))
  return importedPaths(text)
    .filter((specifier) => /\.[cm]?[jt]s$/.test(specifier))
    .map((specifier) => path.join(path.dirname(file), specifier))
    .filter(
      (target) =>
        placeOf(target) > placeOf(file) || placeOf(target) === -1 || isOtherWing(wingOf(target), wingOf(file)),
    )
    .map((target) => `${file} imports ${target}`)
}

test('imports point one way', () => {
  const files = globSync('**/*.{ts,cts,mts}', { cwd: src }).filter((file) => file !== 'index.ts')
  assert.ok(files.length > 1000, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files.flatMap((file) => wrongImports(file, readFileSync(path.join(src, file), 'utf8'))),
    [],
  )
})

test('imports of the client point one way', () => {
  const files = globSync('**/*.{ts,cts,mts}', { cwd: clientSrc })
  assert.ok(files.length > 30, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files.flatMap((file) => wrongImports(file, readFileSync(path.join(clientSrc, file), 'utf8'), layersOfClient)),
    [],
  )
})

test('an import against the direction is found', () => {
  assert.deepEqual(wrongImports('stats/holm.ts', "import { gate } from '../gate/verdict/decide.ts'"), [
    'stats/holm.ts imports gate/verdict/decide.ts',
  ])
  const toQueue = "import { createOutcomeQueue } from '../outcomes/outcome-queue.ts'"
  assert.deepEqual(wrongImports('routing/routing.ts', toQueue, layersOfClient), [
    'routing/routing.ts imports outcomes/outcome-queue.ts',
  ])
})

test('an import from one wing to the other is found', () => {
  const across = "import { history } from '../../gate/nightly/history.ts'"
  assert.deepEqual(wrongImports('control/server/serve.ts', across), [
    'control/server/serve.ts imports gate/nightly/history.ts',
  ])
  assert.deepEqual(wrongImports('cli/nightly.ts', "import { history } from '../gate/nightly/history.ts'"), [])
})

test('a file that is loaded in another way than by an import is found', () => {
  for (const across of [
    "new Worker(new URL('../control/live/redact.ts', import.meta.url))",
    "new Worker(path.join(import.meta.dirname, '../control/live/redact.ts'))",
    "new Worker(path.join(import.meta.dirname, '../control', 'live/redact.ts'))",
    'await import(`../control/live/redact.ts`)',
    'await import("../control/live/redact.ts")',
    "await import(/* on demand */ '../control/live/redact.ts')",
    "import.meta.resolve('../control/live/redact.ts')",
    "require('../control/live/redact.ts')",
  ])
    assert.deepEqual(wrongImports('gate/gate.ts', across), ['gate/gate.ts imports control/live/redact.ts'], across)
  const built = 'await import(`../control/live/@{name}.ts`)'.replace('@', '$')
  assert.equal(wrongImports('gate/gate.ts', built).length, 1)
})

/** Of what a file of `stats` imports all but files of `stats`. */
function foreignToStats(file: string, text: string): string[] {
  const isOwn = (name: string) => name.startsWith('.') && path.join(path.dirname(file), name).startsWith('stats/')
  return [...new Set([...importedNames(text), ...importedPaths(text)])].filter((name) => !isOwn(name))
}

test('stats imports nothing but itself', () => {
  const files = globSync('stats/**/*.{ts,cts,mts}', { cwd: src })
  assert.ok(files.length > 30)
  for (const file of files) assert.deepEqual(foreignToStats(file, readFileSync(path.join(src, file), 'utf8')), [], file)
  const foreign = ['node:fs', 'zod', 'sluice', '../records/rubric.ts']
  const text = ["import { own } from './own.ts'", ...foreign.map((name) => `import { a } from '${name}'`)].join('\n')
  assert.deepEqual(foreignToStats('stats/holm.ts', text), foreign)
})

/** The package itself, by its name: such an import would go round the layers. */
const importsItself = (text: string) => importedNames(text).some((name) => /^sluice(?:\/|$)/.test(name))

test('the source imports nothing of the package by its name', () => {
  const files = globSync('**/*.{ts,cts,mts}', { cwd: src })
  assert.ok(files.length > 1000, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files.filter((file) => importsItself(readFileSync(path.join(src, file), 'utf8'))),
    [],
  )
  for (const text of ["import { decide } from 'sluice'", "await import('sluice/stats')", "import 'sluice'"])
    assert.ok(importsItself(text), text)
  assert.ok(!importsItself("import { createClient } from '@sluice/client'"))
})

/** Names the types of all that routes are given, so that everything in the server may import it. */
const shared = 'control/server/services.ts'

/** The first segment below a folder: a folder, or a subject of one file. */
const subjectOf = (folder: string, file: string) =>
  file
    .slice(folder.length + 1)
    .split('/')[0]
    ?.replace(/\.ts$/, '') ?? ''

/**
 * The subjects of a folder, each a folder or a single file below it, whose imports lead back to them, and what lies between
 * such: none where there is no circle.
 */
function circles(folder: string, files: ReadonlyMap<string, string>): string[] {
  const subjects = new Map<string, Set<string>>()
  for (const [file, text] of files) {
    if (!file.startsWith(`${folder}/`) || file === shared) continue
    const own = subjectOf(folder, file)
    const targets = importedPaths(text)
      .map((specifier) => path.join(path.dirname(file), specifier))
      .filter((target) => target.startsWith(`${folder}/`) && target !== shared)
      .map((target) => subjectOf(folder, target))
      .filter((target) => target !== own)
    subjects.set(own, new Set([...(subjects.get(own) ?? []), ...targets]))
  }
  // Whoever imports nothing that is left, or is imported by nobody left, is on no circle.
  for (let before = -1; before !== subjects.size; ) {
    before = subjects.size
    const imported = new Set([...subjects.values()].flatMap((targets) => [...targets]))
    for (const [subject, targets] of subjects)
      if (!imported.has(subject) || ![...targets].some((target) => subjects.has(target))) subjects.delete(subject)
  }
  return [...subjects].map(([subject, targets]) => {
    const left = [...targets].filter((target) => subjects.has(target))
    return `${folder}/${subject} imports ${left.join(', ')}`
  })
}

test('in no folder do the subjects form a circle', () => {
  const files = globSync('**/*.{ts,cts,mts}', { cwd: src }).filter((file) => file.includes('/'))
  const folders = new Set(files.flatMap((file) => file.split('/').map((_, at, all) => all.slice(0, at).join('/'))))
  folders.delete('')
  assert.ok(folders.has('gate') && folders.has('control/server/pages/acts'))
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(src, file), 'utf8')]))
  assert.deepEqual(
    [...folders].flatMap((folder) => circles(folder, texts)),
    [],
  )
})

test('a circle among the subjects of a folder is found', () => {
  const [there, back] = ["import { a } from '../audit.ts'", "import { b } from './tokens/b.ts'"]
  const texts = new Map([
    ['gate/tokens/b.ts', there],
    ['gate/audit.ts', back],
    ['gate/routes.ts', back],
    ['audit.ts', back],
  ])
  assert.deepEqual(circles('gate', texts), ['gate/tokens imports audit', 'gate/audit imports tokens'])
})
