import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type PackedPackage, root } from '../../../../scripts/release/packages.ts'
import { packed } from './packed.ts'

/** All that may be published, and each of these must be. */
const ofAll = [/^package\.json$/, /^README\.md$/, /^LICENSE$/]
const allowed: Record<string, RegExp[]> = {
  '@sluice/client': [
    ...ofAll,
    /^dist\/([\w-]+\/)?[\w-]+\.js$/,
    /^dist\/([\w-]+\/)?[\w-]+\.d\.ts$/,
    /^routing-vectors\.json$/,
  ],
  sluice: [
    ...ofAll,
    /^bin\/sluice\.cjs$/,
    /^dist\/(cli|forecast-worker|module-worker|program-worker)\.js$/,
    /^dist\/chunks\/[\w-]+\.js$/,
    /^dist\/lib\/(stats\/)?index\.js$/,
    /^dist\/lib\/core\/suite\/prompt\/load-prompt\.js$/,
    /^dist\/lib\/chunks\/[\w-]+\.js$/,
    /^dist\/lib\/(?!chunks)([\w-]+\/)*[\w-]+\.d\.ts$/,
    /^dist\/licenses\/[\w-]+\.txt$/,
    /^schemas\/[a-z-]+\.schema\.json$/,
    /^templates\/(action\.yml|gitignore|prompt\.yml|sluice\.yaml|sluice\.recorded\.yaml)$/,
    /^templates\/(evals|recordings)\/\w+\.(yaml|jsonl)$/,
    /^templates\/target\/(answer|command|server)\.mjs$/,
    /^templates\/target\/(fast\.yaml|prompt\.yml)$/,
    /^templates\/safety\/[\w-]+\.yaml$/,
    /^templates\/(scenarios|workflows)\/[\w-]+\.ya?ml$/,
  ],
}

/** The files that match no pattern, and the patterns that no file matches. */
function strays(files: readonly string[], patterns: readonly RegExp[]): string[] {
  return [
    ...files.filter((file) => !patterns.some((pattern) => pattern.test(file))),
    ...patterns.filter((pattern) => !files.some((file) => pattern.test(file))).map(String),
  ]
}

test('both tarballs hold what is on the list, and nothing else', () => {
  const both = packed()
  for (const { name, contents } of [both.client, both.sluice]) {
    const files = contents.map((entry) => entry.path)
    assert.deepEqual(strays(files, allowed[name] ?? []), [], name)
    for (const more of ['test/a.test.ts', 'dist/cli.js.map', 'src/index.ts', '.env', 'dist/tsconfig.tsbuildinfo'])
      assert.deepEqual(strays([...files, more], allowed[name] ?? []), [more], name)
  }
})

test('only the command can be run, and it says which program runs it', () => {
  const both = packed()
  const runnable = [both.client, both.sluice].flatMap(({ contents }) => contents.filter(({ mode }) => mode & 0o111))
  assert.deepEqual(
    runnable.map((entry) => entry.path),
    ['bin/sluice.cjs'],
  )
  assert.match(readFileSync(path.join(root, 'packages/sluice/bin/sluice.cjs'), 'utf8'), /^#!\/usr\/bin\/env node\n/)
})

function unpack({ file, name }: PackedPackage): string {
  const folder = path.join(packed().folder, name)
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components=1'])
  return folder
}

test('each has the licence and a page of its own, and no file names a place of this machine or a source map', () => {
  const both = packed()
  const homes = [root, homedir()].filter((place) => place.split(path.sep).length > 2)
  for (const one of [both.client, both.sluice]) {
    const folder = unpack(one)
    const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
    assert.equal(read('LICENSE'), readFileSync(path.join(root, 'LICENSE'), 'utf8'))
    assert.match(read('README.md'), new RegExp(`^# ${one.name}\n\n[A-Z]`))
    // Links to files of the repository lead nowhere on a registry's page.
    assert.doesNotMatch(read('README.md'), /\]\((?!https:)/)
    const files = globSync('**/*.{js,cjs,ts,json,md,yml,yaml,jsonl}', { cwd: folder })
    assert.ok(files.length > 50, `only ${files.length} were looked at`)
    for (const file of files) {
      for (const home of homes) assert.ok(!read(file).includes(home), `${one.name}/${file} names ${home}`)
      assert.doesNotMatch(read(file), /^\/\/# sourceMappingURL=/m, `${one.name}/${file}`)
    }
  }
})

test('every entry point of a manifest is in its tarball', () => {
  const both = packed()
  for (const one of [both.client, both.sluice]) {
    const manifest = JSON.parse(readFileSync(path.join(root, one.folder, 'package.json'), 'utf8'))
    const targets = Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [target.types, target.default],
    )
    const named = [...targets, ...Object.values<string>(manifest.bin ?? {})]
    assert.ok(named.length > 3)
    for (const file of named) assert.ok(existsSync(path.join(both.folder, one.name, file ?? '?')), file)
  }
})
