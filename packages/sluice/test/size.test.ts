import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '../../..')
const most = 300

const isLong = (text: string) => text.split('\n').length > most + 1

/** The files of a folder that are written by hand in a language of programs or of styles. */
const writtenIn = (folder: string) =>
  globSync(`${folder}/**/*.{ts,cts,mts,js,cjs,mjs,css}`, { cwd: root, exclude: ['**/node_modules', '**/dist'] })

test('no source or test file is longer than 300 lines', () => {
  for (const [folder, least] of Object.entries({
    'packages/*/src': 1000,
    'packages/*/test': 600,
    scripts: 60,
    demo: 10,
    site: 7,
  })) {
    const files = writtenIn(folder)
    assert.ok(files.length > least, `only ${files.length} files of ${folder} were looked at`)
    assert.deepEqual(
      files.filter((file) => isLong(readFileSync(path.join(root, file), 'utf8'))),
      [],
    )
  }
  for (const file of ['site/assets/site.css', 'site/links.js'])
    assert.ok(writtenIn('site').includes(file), `${file} was not looked at`)
  assert.deepEqual([isLong('a\n'.repeat(most)), isLong('a\n'.repeat(most + 1))], [false, true])
})

/** A name that says no more than that various things are in it, also behind another word: `utils`, `test-utils`. */
const vague = /^(?:utils?|helpers?|commons?|types?|misc)$|-(?:utils?|helpers?|misc)$/

/** The paths of which the last part, without its endings, is a vague name. */
function vagueNames(paths: readonly string[]): string[] {
  return paths.filter((one) => vague.test(path.basename(one).replace(/\..*$/, '')))
}

test('names do not say "various": no utils, helpers, common or types', () => {
  const paths = globSync('{packages/*/{src,test},scripts,demo,examples}/**', {
    cwd: root,
    exclude: ['**/node_modules'],
  })
  for (const place of ['packages/client/src', 'packages/sluice/test', 'scripts', 'demo'])
    assert.ok(paths.filter((one) => one.startsWith(`${place}/`)).length > 10, `nothing of ${place} was looked at`)
  assert.deepEqual(vagueNames(paths), [])
})

test('a vague name is found, of a file and of a folder, in the source, the tests, the scripts and the demo', () => {
  const planted = [
    'packages/client/src/utils.ts',
    'packages/sluice/test/gate/common',
    'packages/sluice/test/support/test-helpers.test.ts',
    'scripts/types.ts',
    'demo/helpers',
  ]
  const fine = ['packages/sluice/src/text/format.ts', 'packages/sluice/test/house/public-types.ts', 'scripts/test']
  assert.deepEqual(vagueNames([...planted, ...fine]), planted)
})

const widest = 120

/** The numbers of the lines that hold a comment alone and are too wide. Biome keeps code within this width. */
function wideComments(text: string): number[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.length > widest && /^\s*(\/\/|\/?\*)/.test(line) ? [index + 1] : []))
}

test('no comment of the source is wider than 120 characters', () => {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root })
  assert.ok(files.length > 1000, `only ${files.length} files were looked at`)
  const wide = files.flatMap((file) =>
    wideComments(readFileSync(path.join(root, file), 'utf8')).map((line) => `${file}:${line}`),
  )
  assert.deepEqual(wide, [])
  const long = 'word '.repeat(25)
  assert.deepEqual(wideComments(`// a\n// ${long}\n/** ${long} */\n * ${long}\nconst a = '${long}'\n`), [2, 3, 4])
})

const isStar = (text: string) => /^export \*/m.test(text)

test('no star exports', () => {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root })
  assert.ok(files.length > 1000, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files.filter((file) => isStar(readFileSync(path.join(root, file), 'utf8'))),
    [],
  )
  assert.ok(isStar("import a\nexport * from './a.ts'\n"))
})

/** The rules of style sheets, without those for some media alone. */
function stylesIn(folders: string): string[] {
  const sheets = globSync(`packages/sluice/src/${folders}/*.css`, { cwd: root })
  assert.ok(sheets.length > 0, folders)
  return sheets
    .flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(/^[^{}@\s][^{}]*\{[^{}]*\}/gm)])
    .map(([rule]) => rule.replaceAll(/\s+/g, ' '))
}

test('no rule of style is written for reports and once more for the pages of the control plane', () => {
  const ofReports = new Set(stylesIn('gate/**/style'))
  const ofPages = stylesIn('control/pages/style')
  assert.ok(ofReports.size > 50 && ofPages.length > 50, `${ofReports.size} and ${ofPages.length} rules were found`)
  assert.deepEqual(
    ofPages.filter((rule) => ofReports.has(rule)),
    [],
  )
})
