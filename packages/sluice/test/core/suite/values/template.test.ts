import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillTemplate, TemplateError, variablesOf } from '../../../../src/core/suite/values/template.ts'

const strict = { strict: true }
const literal = { strict: false }

test('values are substituted once and never expanded', () => {
  const vars = { a: '{{b}}', b: '{{a}} {{c}}', c: 'C' }
  for (const options of [strict, literal]) {
    assert.equal(fillTemplate('{{a}}|{{b}}|{{c}}|{{a}}', vars, options), '{{b}}|{{a}} {{c}}|C|{{b}}')
  }
})

test('two values cannot form a placeholder together', () => {
  assert.equal(fillTemplate('{{a}}{{b}}', { a: '{{', b: 'c}}', c: 'secret' }, literal), '{{c}}')
  assert.equal(fillTemplate('{{a}}c}}', { a: '{{', c: 'secret' }, literal), '{{c}}')
  assert.equal(fillTemplate('{{{a}}}', { a: 'x' }, strict), '{x}')
})

test('replacement patterns in values are plain text', () => {
  const value = "$& $1 $$ $` $' $<name>"
  assert.equal(fillTemplate('<{{a}}>', { a: value }, strict), `<${value}>`)
})

test('strict accepts spaces and refuses a variable without a value, by name', () => {
  assert.equal(fillTemplate('{{ a }}{{a}}', { a: 1 }, strict), '11')
  assert.throws(
    () => fillTemplate('Dear {{ nmae }}', { name: 'Ann' }, strict),
    (error) => {
      return error instanceof TemplateError && error.variable === 'nmae' && error.code === 'invalid-input'
    },
  )
})

test('otherwise only the literal form counts, and unknown ones stay', () => {
  assert.equal(fillTemplate('{{ a }} {{a}} {{b}} {{my key}}', { a: 1, 'my key': 2 }, literal), '{{ a }} 1 {{b}} 2')
})

test('names of Object.prototype are unknown variables', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(fillTemplate(`{{${name}}}`, {}, literal), `{{${name}}}`)
    assert.throws(() => fillTemplate(`{{${name}}}`, {}, strict), TemplateError)
  }
  const vars = JSON.parse('{"__proto__": "own"}') as Record<string, unknown>
  assert.equal(fillTemplate('{{__proto__}}', vars, strict), 'own')
})

test('values other than texts are written as JSON', () => {
  assert.equal(
    fillTemplate('{{a}} {{b}} {{c}}', { a: { x: [1, 'y'] }, b: null, c: false }, strict),
    '{"x":[1,"y"]} null false',
  )
})

test('variables are listed once, in order', () => {
  assert.deepEqual(variablesOf('{{b}} {{ a }} {{b}} {{}} { {c} }'), ['b', 'a'])
  assert.deepEqual(variablesOf('{{b}} {{ a }}', literal), ['b', ' a '])
})

test('a backslash takes the meaning of the braces that follow, in a strict template', () => {
  const vars = { yaml: 'on: push', secrets: 'leaked' }
  for (const [template, text] of [
    ['Use \\{{ secrets.TOKEN }} in {{yaml}}', 'Use {{ secrets.TOKEN }} in on: push'],
    ['\\{{secrets}} {{ yaml }}', '{{secrets}} on: push'],
    ['\\{{#each}}{{yaml}}\\{{/each}}', '{{#each}}on: push{{/each}}'],
    ['\\{{{yaml}}}', '{{{yaml}}}'],
    ['\\{{ {{yaml}} }}', '{{ on: push }}'],
    ['\\\\{{yaml}}', '\\on: push'],
    ['\\\\\\{{yaml}}', '\\{{yaml}}'],
    ['\\{ \\n \\\\ }}', '\\{ \\n \\\\ }}'],
  ] as const) {
    assert.equal(fillTemplate(template, vars, strict), text, template)
  }
  assert.deepEqual(variablesOf('\\{{a}} {{b}} \\\\{{c}} $\\{{ d.e }}'), ['b', 'c'])
})

test("GitHub's prompt files have no escape", () => {
  assert.equal(fillTemplate('\\{{a}} {{ secrets.X }}', { a: 1 }, literal), '\\1 {{ secrets.X }}')
  assert.deepEqual(variablesOf('\\{{a}}', literal), ['a'])
})
