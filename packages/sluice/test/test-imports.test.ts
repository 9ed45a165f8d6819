import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { importedPaths } from './support/imported-paths.ts'

const root = path.join(import.meta.dirname, '../../..')
const ofTests = /^packages\/\w+\/test\//

const isWithin = (file: string, folder: string) => file.startsWith(`${folder}/`)

/**
 * What a file imports of tests that are not its own. A test has the helpers of its folder, of the folders in it and of those
 * around it, up to the subject; what tests of several subjects or scripts use stands in `test/support`. A folder of many
 * subjects, as `test/control`, is none.
 */
function foreignImports(file: string, text: string): string[] {
  const own = path.dirname(file)
  return importedPaths(text)
    .filter((specifier) => /^[^$]*\.[cm]?[jt]s$/.test(specifier))
    .map((specifier) => path.join(own, specifier))
    .filter((target) => ofTests.test(target) && !target.replace(ofTests, '').startsWith('support/'))
    .filter((target) => {
      const folder = path.dirname(target)
      const isBelow = isWithin(target, own) && (folder === own || /\/./.test(`${own}/`.replace(ofTests, '')))
      const isOwn = isBelow || (isWithin(file, folder) && ofTests.test(`${path.dirname(folder)}/`))
      return !isOwn || target.endsWith('.test.ts')
    })
    .map((target) => `${file} imports ${target}`)
}

test('tests and scripts import of other tests only what stands in test/support', () => {
  const files = globSync('{packages/*/test,scripts,demo}/**/*.ts', { cwd: root })
  assert.ok(files.length > 400, `only ${files.length} files were looked at`)
  assert.deepEqual(
    files
      .flatMap((file) => foreignImports(file, readFileSync(path.join(root, file), 'utf8')))
      // Tests of the rules hold made-up files in their texts.
      .filter((found) => existsSync(path.join(root, found.split(' imports ')[1] ?? ''))),
    [],
  )
})

test('an import of what belongs to another test is found', () => {
  const from = (file: string, specifier: string) => foreignImports(file, `import { a } from '${specifier}'`).length
  const own = 'packages/sluice/test/gate/report'
  for (const [file, specifier] of [
    [`${own}/a.test.ts`, '../verdict/scores.ts'],
    [`${own}/a.test.ts`, './b.test.ts'],
    [`${own}/a.test.ts`, '../../control/rollout/stage.ts'],
    ['packages/sluice/test/a.test.ts', './gate/report/rows.ts'],
    ['packages/sluice/test/gate/a.test.ts', './report/rows.ts'],
    ['packages/client/test/a.test.ts', '../../sluice/test/gate/scores.ts'],
    ['packages/sluice/test/support/a.ts', '../gate/scores.ts'],
    ['scripts/bench.ts', '../packages/sluice/test/gate/scores.ts'],
  ] as const)
    assert.equal(from(file, specifier), 1, `${file}: ${specifier}`)
  for (const [file, specifier] of [
    [`${own}/a.test.ts`, './rows.ts'],
    [`${own}/a.test.ts`, './html/page.ts'],
    [`${own}/html/a.test.ts`, '../rows.ts'],
    [`${own}/a.test.ts`, '../../support/until.ts'],
    [`${own}/a.test.ts`, '../../../src/gate/report.ts'],
    ['packages/client/test/a.test.ts', '../../sluice/test/support/until.ts'],
    ['scripts/bench.ts', '../packages/sluice/test/support/until.ts'],
  ] as const)
    assert.equal(from(file, specifier), 0, `${file}: ${specifier}`)
  const started = "startProcess(path.join(import.meta.dirname, '../verdict/writer.ts'))"
  assert.equal(foreignImports(`${own}/a.test.ts`, started).length, 1)
  assert.equal(foreignImports(`${own}/a.test.ts`, started.replace('../verdict/', '')).length, 0)
})
