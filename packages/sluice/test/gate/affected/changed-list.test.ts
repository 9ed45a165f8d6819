import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readChangedList } from '../../../src/gate/affected/changed-list.ts'

const there = new Set([
  'README.md',
  'app/prompts/a.prompt.yml',
  'app/ä b.txt',
  'app/x, y.txt',
  'prompts/a.prompt.yml',
  '[id].ts',
])
const place = {
  source: '--changed-files list.txt',
  root: '/repository',
  prefix: 'app/',
  isKnown: async (file: string) => there.has(file),
}
const read = (text: string | Uint8Array) => readChangedList(typeof text === 'string' ? Buffer.from(text) : text, place)

test('every form that tools write names the same file', async () => {
  const forms = {
    plain: 'app/prompts/a.prompt.yml\n',
    'with ./': './app/prompts/a.prompt.yml\n',
    absolute: '/repository/app/prompts/a.prompt.yml',
    CRLF: 'app/prompts/a.prompt.yml\r\n\r\n',
    'byte order mark': '\ufeffapp/prompts/a.prompt.yml\n',
    'UTF-16 of PowerShell': Buffer.from('\ufeffapp/prompts/a.prompt.yml\r\n', 'utf16le'),
    JSON: '["app/prompts/a.prompt.yml"]\n',
    'JSON over lines': '[\n  "app/prompts/a.prompt.yml"\n]',
    'quoted by git': '"app/prompts/a.prompt.yml"\n',
    'quoted by a shell': "'app/prompts/a.prompt.yml'\n",
    'backslashes of Windows': 'app\\prompts\\a.prompt.yml\n',
    'git diff -z': 'app/prompts/a.prompt.yml\0',
    'not normal': 'app//prompts/../prompts/a.prompt.yml\n',
  }
  for (const [form, text] of Object.entries(forms)) {
    assert.deepEqual(await read(text), ['app/prompts/a.prompt.yml'], form)
  }
})

test('a path that exists from the root and from the project means both', async () => {
  assert.deepEqual(await read('prompts/a.prompt.yml'), ['app/prompts/a.prompt.yml', 'prompts/a.prompt.yml'])
})

test('several on a line count where each of them exists and nothing else can be meant', async () => {
  const both = ['README.md', 'app/prompts/a.prompt.yml']
  assert.deepEqual(await read('README.md app/prompts/a.prompt.yml\n'), both)
  assert.deepEqual(await read('README.md,app/prompts/a.prompt.yml\n'), both)
  assert.deepEqual(await read(`'README.md' "app/prompts/a.prompt.yml"\n`), both)
  assert.deepEqual(await read('app/x, y.txt'), ['app/x, y.txt'])
})

test('names with other letters, blanks and brackets are understood', async () => {
  assert.deepEqual(await read('"app/\\303\\244 b.txt"\n[id].ts\napp/ä b.txt\n'), ['[id].ts', 'app/ä b.txt'])
})

test('an empty list is one', async () => {
  for (const text of ['', '\n\r\n', '[]']) assert.deepEqual(await read(text), [])
})

test('a line that names no file is refused, with the forms that are', async () => {
  for (const line of [
    'M\tREADME.md',
    'prompts/none.yml',
    'README.md none.md',
    '/elsewhere/README.md',
    '../../README.md',
    'app/**',
  ]) {
    await assert.rejects(read(`README.md\n${line}\n`), (error: Error) => {
      assert.ok(error.message.includes(JSON.stringify(line)), `${line}: ${error.message}`)
      assert.match(error.message, /^--changed-files list\.txt: .*one path per line.*JSON array/s)
      return true
    })
  }
})

test('an absolute path may lead through a link, also to a file whose folder is gone', async () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-list-')))
  try {
    const root = path.join(folder, 'real')
    mkdirSync(root)
    symlinkSync('real', path.join(folder, 'link'))
    const lines = `${folder}/link/a.txt\n${folder}/link/gone/b.txt\n`
    const isKnown = async (file: string) => ['a.txt', 'gone/b.txt'].includes(file)
    const found = await readChangedList(Buffer.from(lines), { ...place, root, prefix: '', isKnown })
    assert.deepEqual(found, ['a.txt', 'gone/b.txt'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
