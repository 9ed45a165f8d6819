import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createScanner, SyntaxKind } from 'typescript/unstable/ast'

const root = path.join(import.meta.dirname, '../../..')

/** Names that others have stored or call, so that they stay. */
const kept: Record<string, string> = {
  testimony: 'stored evidence',
  wealth: 'stored evidence',
  fate: 'a label of metrics',
  mergeLogWealth: 'an export of sluice/stats',
  wish: 'a key of stored proposals, and of the HTTP contract',
}

/** The words that the dictionary puts in italics in its last column. */
function forbiddenWords(page: string): Set<string> {
  const [, dictionary = ''] = page.split('\n## Dictionary\n')
  const rows = (dictionary.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  const cells = rows.flatMap((row) => row.split('|').at(3) ?? [])
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/\*(\w+)\*/g)].map(([, word = '']) => word)))
}

/** After these a `/` divides; after anything else it begins a regular expression. */
const operandEnds = new Set<SyntaxKind>([
  ...[SyntaxKind.Identifier, SyntaxKind.NumericLiteral, SyntaxKind.StringLiteral, SyntaxKind.TemplateTail],
  ...[SyntaxKind.NoSubstitutionTemplateLiteral, SyntaxKind.CloseParenToken, SyntaxKind.CloseBracketToken],
])

/** A text after one of these and before a `:` is a key. */
const keyBegins = new Set<SyntaxKind>([SyntaxKind.OpenBraceToken, SyntaxKind.CommaToken, SyntaxKind.SemicolonToken])
const keyEnds = new Set<SyntaxKind>([SyntaxKind.ColonToken, SyntaxKind.QuestionToken])

/** The names in a source text, keys in quotes too; those in comments and in other texts are none. */
function namesIn(text: string): Set<string> {
  const scanner = createScanner(true, undefined, text)
  const names = new Set<string>()
  const isTemplate: boolean[] = []
  let before = SyntaxKind.Unknown
  let key = ''
  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFile; token = scanner.scan()) {
    const isSlash = token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken
    if (isSlash && !operandEnds.has(before)) token = scanner.reScanSlashToken()
    if (token === SyntaxKind.CloseBraceToken && isTemplate.pop()) {
      token = scanner.reScanTemplateToken(false)
      if (token === SyntaxKind.TemplateMiddle) isTemplate.push(true)
    }
    if (token === SyntaxKind.OpenBraceToken || token === SyntaxKind.TemplateHead)
      isTemplate.push(token === SyntaxKind.TemplateHead)
    if (key !== '' && keyEnds.has(token)) names.add(key)
    key = token === SyntaxKind.StringLiteral && keyBegins.has(before) ? scanner.getTokenValue() : ''
    if (token === SyntaxKind.Identifier || token === SyntaxKind.PrivateIdentifier) names.add(scanner.getTokenText())
    before = token
  }
  return names
}

/** The names of a source file and of its folders. */
const namesOfPath = (file: string) =>
  file
    .replace(/^.*\/src\//, '')
    .replace(/\.\w+$/, '')
    .split('/')

const wordsOf = (name: string) => (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase())

const hasWord = (name: string, words: ReadonlySet<string>) =>
  wordsOf(name).some((word) => words.has(word) || words.has(word.replace(/s$/, '')))

test('no name of the code has a word that the dictionary puts in italics', () => {
  const forbidden = forbiddenWords(readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8'))
  assert.ok(forbidden.size > 15, `only ${forbidden.size} words were found`)
  const files = globSync('packages/*/src/**/*.{ts,cts}', { cwd: root })
  const named = files.flatMap((file) =>
    [...namesIn(readFileSync(path.join(root, file), 'utf8')), ...namesOfPath(file)].map((name) => ({ file, name })),
  )
  assert.ok(files.length > 1000 && named.length > 30_000, `${named.length} names in ${files.length} files`)
  const found = named.filter(({ name }) => hasWord(name, forbidden))
  assert.deepEqual(
    found.filter(({ name }) => !Object.hasOwn(kept, name)),
    [],
  )
  const used = new Set(found.map(({ name }) => name))
  assert.deepEqual(
    Object.keys(kept).filter((name) => !used.has(name)),
    [],
    'names that are kept and gone',
  )
})

test('a forbidden word is read from the table, and found in every name and in no text', () => {
  const page =
    '# A\n\n## Dictionary\n\n| a | *b* | *fate*, *jury* (a panel), sample |\n\n## Rules\n\n| *x* | *y* | *z* |\n'
  const words = forbiddenWords(page)
  assert.deepEqual([...words], ['fate', 'jury'])
  const found = (text: string) => [...namesIn(text.replaceAll('@{', '${'))].filter((name) => hasWord(name, words))
  const code = 'const stepFate = 1\nfunction f({ fates: one }: JuryOf, #fate) { return `@{fateOf(`@{a}`)} fate` }'
  assert.deepEqual(found(code), ['stepFate', 'fates', 'JuryOf', '#fate', 'fateOf'])
  assert.deepEqual(found("// fate\n/* jury */ 'fate'; `jury @{'fate'} jury`; /['fate`]/.test(a / 2 / b); fateful"), [])
  assert.deepEqual(found("const a = { 'fate': 1, b, 'jury-size': 2 }; type T = { 'fates'?: 1 }"), [
    'fate',
    'jury-size',
    'fates',
  ])
  assert.deepEqual(found("a ? 'fate' : 'jury'; switch (a) { case 'fate': f('jury', 'fate') }"), [])
  assert.deepEqual(
    namesOfPath('packages/sluice/src/control/old/jury-fate.ts').filter((name) => hasWord(name, words)),
    ['jury-fate'],
  )
  assert.deepEqual(found('const a = `x @{{ b: 1 }} y`\nconst c = /`/\nlet fateAfter'), ['fateAfter'])
})
