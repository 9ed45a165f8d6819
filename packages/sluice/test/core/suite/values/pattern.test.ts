import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compilePattern,
  patternFault,
  renderPattern,
  schemaPatternFaults,
} from '../../../../src/core/suite/values/pattern.ts'
import { faultsOf, good, goodPrompt } from '../../../support/memory-files.ts'

/** What other tools write, and a word of the cure. */
const foreign: [source: string, cure: RegExp][] = [
  ['\\Aas an AI', /write \^/],
  ['1111\\.\\Z', /write \$/],
  ['end\\z', /write \$/],
  ['card [[:digit:]]{16}', /write \\d/],
  ['[[:alpha:]_]+', /\\p\{L\}/],
  ['[[:^space:]]', /POSIX/],
  ['card [:digit:]{16}', /POSIX/],
  ['\\h+card', /\[ \\t\]/],
  ['a\\Rb', /\\r\\n/],
  ['(?i)as an ai', /leave it out/],
  ['(?s)ai.*card', /\[\^\]/],
  ['(?m)^b', /\(\?<=/],
  ['(?x) a b', /flags/],
  ['(?is)a.b', /leave it out/],
  ['(?P<year>\\d{4})', /\(\?<name>/],
  ['(?<a>x)(?P=a)', /\\k<name>/],
  ["(?'a'x)", /\(\?<name>/],
  ['a++b', /possessive/],
  ['\\d{2,}+', /possessive/],
  ['(?>a|b)', /\(\?:/],
  ['(?#why)a', /comments/],
  ['(?R)', /recursion/],
  ['(a)?(?(1)b|c)', /conditions/],
  ['\\Q1+1\\E', /backslash before each/],
  ['\\x{1F600}', /\\u\{/],
  ['\\U0001F600', /\\u\{/],
  ['\\N{BULLET}', /\[\^\\n\]/],
  ['\\a', /\\x07/],
  ['\\e\\[0m', /\\x1b/],
  ['a{,5}', /\{0,n\}/],
  ['\\pL+', /\\p\{L\}/],
  ['\\p{Greek}', /Script=/],
  ['\\g{1}', /\\1/],
  ['\\1a', /no such group/],
  ['[a-z&&[^aeiou]]', /lookahead/],
  ['[\\w-.]+', /hyphen/],
  ['example\\-mail', /- elsewhere/],
  ['snake\\_case', /_ without/],
  ['say \\"no\\"', /" without/],
  ['a\\ b', /without the backslash/],
  ['\\<word\\>', /< without/],
  ['as an\b', /backspace/],
  ['(', /Unterminated group/],
  ['[]a]', /\[\] matches nothing/],
  ['pass[]word', /\[\] matches nothing/],
  ['[\\w&&\\D]', /lookahead/],
  ['as an \x1b', /nobody sees/],
  ['(?:as an AI', /Unterminated/],
]

test('what other dialects write is refused, with the form of JavaScript', () => {
  for (const [source, cure] of foreign) {
    const compiled = compilePattern(source)
    assert.equal(typeof compiled, 'string', source)
    assert.match(String(compiled), cure, source)
  }
})

test('what JavaScript knows is taken', () => {
  for (const source of [
    '\\p{Lu}\\p{Ll}+',
    '(?<year>\\d{4})-\\k<year>',
    '(?<=€ ?)\\d+',
    '[\\w.-]+@example',
    '\\{{2}',
    '[:a-z]',
    '[[]x',
    '\\[\\]',
    'a && b',
    'line\\n',
    'a\\/b',
    'C:\\\\Alpha',
    '^$',
    '[^]*',
    '\\u{1F600}',
    '😀+?',
  ]) {
    assert.ok(compilePattern(source) instanceof RegExp, source)
  }
})

test('a pattern is refused wherever it stands, before anything is asked', async () => {
  const withCheck = (check: string) =>
    good({ 'prompts/summary.prompt.yml': goodPrompt.replace('{maxWords: 180}', check) })
  for (const [check, at] of [
    ["{matches: '\\A\\d+'}", 'checks.0.matches'],
    ["{notMatches: '\\A\\d+'}", 'checks.0.notMatches'],
    ["{notMatches: '\\A{{email}}'}", 'checks.0.notMatches'],
    ["{jsonPath: {path: $.a, matches: '\\A\\d+'}}", 'checks.0.jsonPath.matches'],
    ["{jsonSchema: {properties: {a: {pattern: '\\A\\d+'}}}}", 'checks.0.jsonSchema.properties.a.pattern'],
    ["{jsonSchema: {patternProperties: {'\\A\\d+': {}}}}", 'checks.0.jsonSchema.patternProperties.\\A\\d+'],
  ] as const) {
    const [fault] = await faultsOf(withCheck(check))
    assert.ok(fault?.includes(`: ${at}: `), fault)
    assert.match(fault ?? '', /^prompts\/summary\.prompt\.yml:9:\d+: .*write \^/)
  }
  const ofCase = good({
    'evals/summary.jsonl': '{"id":"a","vars":{"email":"x"},"tags":["t"],"checks":[{"matches":"(?i)a"}]}',
  })
  assert.match((await faultsOf(ofCase)).join(), /^evals\/summary\.jsonl:1:\d+: checks\.0\.matches: not a regular/)
})

test('texts that only look like patterns are warnings', async () => {
  const withCheck = (source: string) =>
    good({ 'prompts/summary.prompt.yml': goodPrompt.replace('{maxWords: 180}', `{notMatches: '${source}'}`) })
  assert.match((await faultsOf(withCheck('/as an AI/i'))).join(), /warning .*looks for the slashes too/)
  assert.match((await faultsOf(withCheck('card \\\\d+'))).join(), /warning .*looks for a backslash and a letter/)
})

test('a value that makes the pattern around it invalid is an error at its case', async () => {
  const contents = good({
    'prompts/summary.prompt.yml': goodPrompt.replace('{maxWords: 180}', "{matches: '[{{email}}-m]'}"),
    'evals/summary.jsonl':
      '{"id":"a","vars":{"email":"a"},"tags":["t"]}\n{"id":"b","vars":{"email":"z"},"tags":["t"]}\n',
  })
  const faults = await faultsOf(contents)
  assert.equal(faults.length, 1)
  assert.match(
    faults[0] ?? '',
    /^evals\/summary\.jsonl:2:\d+: vars: the check of .* with these values: Range out of order/,
  )
})

test('variables mean themselves in a pattern, whose backslashes are its own', () => {
  const vars = { sum: '1.10+(2)', n: 2 }
  assert.match('it is 1.10+(2).', new RegExp(renderPattern('is {{sum}}\\.', vars, { strict: true }), 'u'))
  assert.equal(renderPattern('\\{{2}', vars, { strict: true }), '\\{{2}')
  assert.equal(patternFault('^\\{\\{{{name}}\\}\\}$'), undefined)
})

test('a property called pattern, and data that hold one, are no patterns', () => {
  const schema = {
    properties: { pattern: { type: 'string' } },
    const: { pattern: '\\A' },
    enum: [{ pattern: '\\A' }],
    default: { pattern: '\\A' },
  }
  assert.deepEqual(schemaPatternFaults(schema), [])
})

test('a line end that a block of YAML adds is no part of a pattern; one in a value is', () => {
  assert.match(String(patternFault('as an AI|sorry\n')), /\|-/)
  const rendered = compilePattern(renderPattern('^{{v}}$', { v: 'a&&\b\n' }, { strict: true }))
  assert.ok(rendered instanceof RegExp && rendered.test('a&&\b\n'))
})
