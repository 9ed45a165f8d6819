import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '../../..')
const imports = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** A file this short that only one other imports belongs into that one, unless it is looked for by its name. */
const shortLines = 40
const mostInFolder = 30

interface Import {
  /** The one that is imported. */
  file: string
  importer: string
  text: string
}

interface Series {
  /** Each without the folders in it. */
  folders: readonly string[]
  why: string
  /** Whether a file of these folders is one of the series. */
  holds: (imported: Import, files: ReadonlyMap<string, string>) => boolean
}

/** Whether it is imported by the file that lists the series, or by one of the folder whose files list it. */
const listedBy =
  (list: string) =>
  ({ importer }: Import) =>
    importer === list || `${path.dirname(importer)}/` === list

/** Folders of which a reader opens the one file that he wants, since he knows what it is called. */
const series: readonly Series[] = [
  {
    folders: ['', '/control-plane', '/judge', '/release', '/rollout', '/suite'].map((folder) => `sluice/cli${folder}`),
    why: 'one file per command',
    holds: listedBy('sluice/cli/usage/'),
  },
  { folders: ['sluice/cli/usage'], why: 'one file per group of commands', holds: listedBy('sluice/cli/program.ts') },
  { folders: ['sluice/control/pages'], why: 'one file per page', holds: listedBy('sluice/control/server/pages/') },
  {
    folders: ['sluice/control/server/pages', 'sluice/control/server/pages/feature'],
    why: 'one file per address of a page',
    holds: listedBy('sluice/control/server/pages/page-routes.ts'),
  },
  {
    folders: ['sluice/control/store/sqlite', 'sluice/control/store/postgres'],
    why: 'one file per part of a store, with the same name in both',
    holds: ({ file }, files) =>
      ['sqlite', 'postgres'].every((kind) => files.has(file.replace(/[a-z]+(?=\/[^/]+$)/, kind))),
  },
  {
    folders: ['sluice/records', 'sluice/records/rollout'],
    why: 'one file per thing that is stored or sent, with its schema',
    holds: ({ file, text }) => text.includes(`export const ${camelCase(path.basename(file, '.ts'))}Schema = `),
  },
  {
    folders: ['', '/measures', '/trajectory'].map((folder) => `sluice/core/scorers/checks${folder}`),
    why: 'one file per type of check',
    holds: listedBy('sluice/core/scorers/checks/check.ts'),
  },
  {
    folders: ['', '/data-sets', '/openai-evals', '/promptfoo'].map((folder) => `sluice/gate/import${folder}`),
    why: 'one file per format',
    holds: listedBy('sluice/gate/import/formats.ts'),
  },
  {
    folders: ['', '/agreement', '/e-values', '/gate', '/intervals'].map((folder) => `sluice/stats${folder}`),
    why: 'one file per formula',
    holds: listedBy('sluice/stats/index.ts'),
  },
]

/** Others that are looked for by their name, and as what. */
const concepts: Record<string, string> = {
  'client/outcomes/sendable.ts': 'what of inputs and outputs can be sent',
  'sluice/control/drift/suspect.ts': 'who has probably caused a drift',
  'sluice/control/live/background.ts': 'work that nobody waits for, with a bound',
  'sluice/control/live/score-entry.ts': 'the entry of the log that a score becomes',
  'sluice/control/live/urgency.ts': 'which request is judged first',
  'sluice/control/loops/clock-steps.ts': 'whether the wall clock is to be believed',
  'sluice/control/pages/client/unsent.ts': 'what the script of the pages does with a form that was not taken',
  'sluice/control/remote/drift-text.ts': 'what sluice drift prints, beside the texts of other commands',
  'sluice/control/rollout/observe/observe-feedback.ts': 'one of the kinds of entries, beside those of the others',
  'sluice/control/server/drift.ts': 'the route of the drift watch',
  'sluice/control/server/versions/traffic-route.ts': 'the route of the traffic that a forecast is made of',
  'sluice/core/providers/api/sent-parts.ts': 'texts and files of a message, as the AI SDK takes them',
  'sluice/core/providers/api/served-model.ts': 'whether the model that answered is the one that was asked',
  'sluice/core/providers/price-supplement.ts': 'the prices that are written by hand',
  'sluice/core/providers/processes/free-port.ts': 'a port for a server that is started',
  'sluice/core/suite/checks/path-settings.ts': 'a path, and what it must select',
  'sluice/gate/calibration/labeller-agreement.ts': 'how far people agree with each other',
  'sluice/gate/ci/measure-approval.ts': 'who may approve a changed measure',
  'sluice/gate/costs/costs-svg.ts': 'the picture of what evaluation cost',
  'sluice/gate/drill/mutators/output-mutators.ts': 'the list of all ways in which answers are made worse',
  'sluice/gate/guard/judged-by-base.ts': 'judging by the base commit',
  'sluice/gate/import/table/cell-date.ts': 'how Excel counts days, beside how it writes files',
  'sluice/gate/init/workflows.ts': 'the workflows of a new project',
  'sluice/gate/label-page/page-assets.ts': 'what the build replaces by finished texts',
  'sluice/gate/report/html/client/theme.ts': 'light and dark',
  'sluice/gate/report/html/feature-pictures.ts': 'which pictures a feature has',
  'sluice/gate/report/html/prompt-diff-html.ts': 'prompt-diff.ts as HTML',
  'sluice/gate/report/html/quote-range.ts': 'where a quote stands in a text',
  'sluice/masking/masked-output.ts': 'a stream of the process that masks',
  'sluice/stats/cholesky.ts': 'the decomposition of this name',
}

const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** Each file with each of its importers. */
function importsOf(files: ReadonlyMap<string, string>): Import[] {
  return [...files].flatMap(([importer, text]) => {
    const targets = text.matchAll(imports).map((match) => path.join(path.dirname(importer), match[1] ?? ''))
    return [...new Set(targets)].flatMap((file) => {
      const imported = files.get(file)
      return imported === undefined ? [] : [{ file, importer, text: imported }]
    })
  })
}

/** Short files with one importer. */
function shortFiles(files: ReadonlyMap<string, string>): Import[] {
  return [...Map.groupBy(importsOf(files), ({ file }) => file).values()].flatMap(([one, ...more]) =>
    one && more.length === 0 && one.text.trimEnd().split('\n').length <= shortLines ? [one] : [],
  )
}

const seriesOf = (imported: Import, files: ReadonlyMap<string, string>) =>
  series.find(({ folders, holds }) => folders.includes(path.dirname(imported.file)) && holds(imported, files))

/** By their package and their path in its sources, such as `sluice/cli/gate.ts`. */
function sources(): Map<string, string> {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root })
  return new Map(
    files.map((file) => [file.replace(/^packages\/(\w+)\/src/, '$1'), readFileSync(path.join(root, file), 'utf8')]),
  )
}

/** Those that neither a series nor the list explains. */
function unexplained(files: ReadonlyMap<string, string>): string[] {
  return shortFiles(files)
    .filter((short) => !(short.file in concepts) && !seriesOf(short, files))
    .map(({ file, importer }) => `${file}, imported by ${importer}`)
}

test('a short file with one importer is one of a series, or on the list with what it is looked for as', () => {
  const files = sources()
  assert.ok(shortFiles(files).length > 10)
  assert.deepEqual(unexplained(files), [])
})

test('every file on the list is still needed there', () => {
  const files = sources()
  const listed = new Set(
    shortFiles(files)
      .filter((short) => !seriesOf(short, files))
      .map(({ file }) => file),
  )
  assert.deepEqual(
    Object.keys(concepts).filter((file) => !listed.has(file)),
    [],
  )
})

/** The folders of series without a file of theirs, short or not. */
function emptyFolders(files: ReadonlyMap<string, string>): string[] {
  const inSeries = importsOf(files).filter((imported) => seriesOf(imported, files))
  const held = new Set(inSeries.map(({ file }) => path.dirname(file)))
  return series.flatMap(({ folders }) => folders).filter((folder) => !held.has(folder))
}

test('every folder of a series holds a file of it', () => {
  assert.deepEqual(emptyFolders(sources()), [])
})

test('a folder of a series of which no file is listed any more is found', () => {
  const files = sources()
  for (const file of files.keys()) if (file.startsWith('sluice/cli/usage/')) files.set(file, '')
  assert.ok(emptyFolders(files).includes('sluice/cli/control-plane'))
})

test('a short file with one importer is found, also in the folder of a series to which it does not belong', () => {
  const [one, long] = ['export const one = 1\n', 'export const long = 3\n'.repeat(50)]
  const files = new Map([
    ['sluice/a/one.ts', "import { two } from './two.ts'\n"],
    ['sluice/a/two.ts', "import { long } from './long.ts'\n"],
    ['sluice/a/long.ts', long],
    ['sluice/cli/usage/x.ts', "await import('../gate.ts')\n"],
    ['sluice/cli/gate.ts', "import { part } from './part.ts'\n"],
    ['sluice/cli/part.ts', one],
    ['sluice/cli/deeper/part.ts', one],
    ['sluice/cli/usage/deeper.ts', "import '../deeper/part.ts'\n"],
    [
      'sluice/control/store/open.ts',
      "import './sqlite/both.ts'\nimport './postgres/both.ts'\nimport './sqlite/alone.ts'",
    ],
    ['sluice/control/store/sqlite/both.ts', one],
    ['sluice/control/store/postgres/both.ts', one],
    ['sluice/control/store/sqlite/alone.ts', one],
    ['sluice/b.ts', "import './records/judge-task.ts'\nimport './records/other.ts'\n"],
    ['sluice/records/judge-task.ts', 'export const judgeTaskSchema = z.object({})\n'],
    ['sluice/records/other.ts', one],
    ['sluice/core/scorers/checks/check.ts', "import './iso-date.ts'\nimport { text } from './text.ts'\n"],
    ['sluice/core/scorers/checks/iso-date.ts', one],
    ['sluice/core/scorers/checks/text.ts', `import './words.ts'\n${long}`],
    ['sluice/core/scorers/checks/words.ts', one],
  ])
  assert.deepEqual(unexplained(files), [
    'sluice/a/two.ts, imported by sluice/a/one.ts',
    'sluice/cli/part.ts, imported by sluice/cli/gate.ts',
    'sluice/cli/deeper/part.ts, imported by sluice/cli/usage/deeper.ts',
    'sluice/control/store/sqlite/alone.ts, imported by sluice/control/store/open.ts',
    'sluice/records/other.ts, imported by sluice/b.ts',
    'sluice/core/scorers/checks/words.ts, imported by sluice/core/scorers/checks/text.ts',
  ])
})

/** The folders that hold too many files themselves, those of their folders not counted. */
function fullFolders(files: readonly string[]): string[] {
  return [...Map.groupBy(files, (file) => path.dirname(file))].flatMap(([folder, { length }]) =>
    length > mostInFolder ? [`${folder}: ${length}`] : [],
  )
}

test('no folder holds more than thirty files', () => {
  const files = globSync('{packages/*/{src,test},scripts,demo}/**/*.*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => path.join(path.relative(root, entry.parentPath), entry.name))
  for (const part of ['packages/client/test', 'packages/sluice/src', 'packages/sluice/test', 'scripts', 'demo'])
    assert.ok(files.filter((file) => file.startsWith(`${part}/`)).length > 15, part)
  assert.deepEqual(fullFolders(files), [])
})

test('a folder with more than thirty files is found', () => {
  const files = Array.from({ length: 31 }, (_, index) => `scripts/file-${index}.ts`)
  assert.deepEqual(fullFolders([...files, 'scripts/bench/gate.ts']), ['scripts: 31'])
  assert.deepEqual(fullFolders(files.slice(1)), [])
})
