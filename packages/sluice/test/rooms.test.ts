import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const packages = path.join(import.meta.dirname, '../..')
const src = path.join(packages, 'sluice/src')
const imports = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** A file this short that only one other imports belongs into that one, unless it is looked for by its name. */
const shortLines = 40
const mostInFolder = 30

/** Folders in which each file is one of a series, and a reader looks for the one that he wants. */
const series = [
  { folder: 'cli', why: 'one file per command' },
  { folder: 'control/pages', why: 'one file per page' },
  { folder: 'control/server', why: 'one file or folder per subject of the contract' },
  { folder: 'control/store/sqlite', why: 'one file per part of the store, the same in PostgreSQL' },
  { folder: 'control/store/postgres', why: 'one file per part of the store, the same in SQLite' },
  { folder: 'core/providers', why: 'one file per provider and per rule of calling' },
  { folder: 'gate/import', why: 'one file or folder per format of another tool' },
  { folder: 'records', why: 'one file per stored or sent thing' },
  { folder: 'stats', why: 'one file per formula; the index is their only importer' },
]

/** Others that stand by themselves, and why. */
const concepts: Record<string, string> = {
  'control/live/background.ts': 'work that nobody waits for',
  'control/live/clock-steps.ts': 'whether the wall clock is to be believed',
  'control/live/score-entry.ts': "the judge's score as it is logged",
  'control/live/urgency.ts': 'which request is judged first',
  'control/release/quiet-hours.ts': 'a setting of rollouts by its name',
  'control/remote/drift-text.ts': 'one file per text that a command prints',
  'control/rollout/observe/observe-feedback.ts': 'one file per kind of entry',
  'core/scorers/checks/trajectory/end-state.ts': 'a check of the end state',
  'core/suite/checks/path-settings.ts': 'a path, and what it must select',
  'core/suite/shipped-schemas.ts': 'the JSON Schemas that are shipped',
  'gate/calibration/labeller-agreement.ts': 'how far people agree with each other',
  'gate/ci/measure-approval.ts': 'who may approve a changed measure',
  'gate/costs/costs-svg.ts': 'the picture of what evaluation cost',
  'gate/drill/mutators/output-mutators.ts': 'every way in which answers are made worse',
  'gate/guard/judged-by-base.ts': 'judging by the base commit',
  'gate/init/workflows.ts': 'the workflows of a new project',
  'gate/label-page/page-assets.ts': 'what the build replaces by finished texts',
  'gate/nightly/last-night.ts': 'what the last night said',
  'gate/nightly/level.ts': 'the level of the scores without what the suite has done',
  'gate/report/html/client/theme.ts': 'light and dark',
  'gate/trends/comparability.ts': 'whether two scores may be compared',
  'gate/report/html/feature-pictures.ts': 'the pictures of a feature',
  'gate/report/html/prompt-diff-html.ts': 'what the prompt asks differently',
  'gate/report/html/quote-range.ts': 'where a quote stands in a text',
  'masking/masked-output.ts': 'a stream that masks',
}

/** Short files with one importer, and the importer. */
function shortRooms(files: ReadonlyMap<string, string>): [file: string, importer: string][] {
  const importers = new Map<string, Set<string>>()
  for (const [file, text] of files)
    for (const match of text.matchAll(imports)) {
      const target = path.join(path.dirname(file), match[1] ?? '')
      importers.set(target, (importers.get(target) ?? new Set()).add(file))
    }
  return [...files].flatMap(([file, text]): [string, string][] => {
    const [only, ...more] = importers.get(file) ?? []
    return only !== undefined && more.length === 0 && text.trimEnd().split('\n').length <= shortLines
      ? [[file, only]]
      : []
  })
}

const sources = () =>
  new Map(globSync('**/*.ts', { cwd: src }).map((file) => [file, readFileSync(path.join(src, file), 'utf8')]))

test('a short file with one importer is a concept, and says which', () => {
  const found = shortRooms(sources())
  assert.ok(found.length > 10, `only ${found.length} short files were found`)
  const unexplained = found.filter(
    ([file]) => !(file in concepts) && !series.some(({ folder }) => file.startsWith(`${folder}/`)),
  )
  assert.deepEqual(unexplained, [])
})

test('every concept on the list is still a short file with one importer', () => {
  const found = new Set(shortRooms(sources()).map(([file]) => file))
  assert.deepEqual(
    Object.keys(concepts).filter((file) => !found.has(file)),
    [],
  )
})

test('a short file with one importer is found', () => {
  const files = new Map([
    ['a/one.ts', "import { two } from './two.ts'\n"],
    ['a/two.ts', 'export const two = 2\n'],
    ['a/long.ts', 'export const long = 3\n'.repeat(50)],
  ])
  assert.deepEqual(shortRooms(files), [['a/two.ts', 'a/one.ts']])
})

/** The folders that hold too many files themselves, those of their folders not counted. */
function fullFolders(files: readonly string[]): string[] {
  return [...Map.groupBy(files, (file) => path.dirname(file))].flatMap(([folder, { length }]) =>
    length > mostInFolder ? [`${folder}: ${length}`] : [],
  )
}

test('no folder of a package holds more than thirty files', () => {
  for (const [name, least] of Object.entries({ client: 30, sluice: 1000 })) {
    const files = globSync(`${name}/src/**/*.ts`, { cwd: packages })
    assert.ok(files.length > least, `only ${files.length} files of ${name} were looked at`)
    assert.deepEqual(fullFolders(files), [])
  }
})

test('a folder with more than thirty files is found', () => {
  const files = Array.from({ length: 31 }, (_, index) => `client/src/file-${index}.ts`)
  assert.deepEqual(fullFolders([...files, 'client/src/prompt/template.ts']), ['client/src: 31'])
  assert.deepEqual(fullFolders(files.slice(1)), [])
})
