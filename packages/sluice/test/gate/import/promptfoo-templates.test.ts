import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillTemplate } from '../../../src/core/suite/values/template.ts'
import { renderTemplate } from '../../../src/gate/import/promptfoo/render-template.ts'
import { plainNames } from '../../../src/gate/import/promptfoo/template-tokens.ts'
import { importYaml } from './source-of.ts'

const vars = { name: 'Ann', list: ['a', 'b'], map: { k: [1, { z: 'q' }] }, n: 3, empty: '' }

const rendered: [template: string, text: string][] = [
  ['Hi {{name}}, {{ map.k[1].z | upper }}{{missing}}', 'Hi Ann, Q'],
  ['{% for x in list %}{{loop.index}}{{x}}{% if not loop.last %}, {% endif %}{% endfor %}', '1a, 2b'],
  ['{{ list | join("-") }} {{ map | dump }} {{ missing | default("d") }}', 'a-b {"k":[1,{"z":"q"}]} d'],
  ['{% if n > 2 and name == "Ann" %}yes{% elif n %}no{% else %}x{% endif %}', 'yes'],
  ['{% if empty %}a{% elif "b" in list %}b{% else %}c{% endif %}', 'b'],
  ['{# a note #}{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
  ['{% for k, v in map %}{{ k }}={{ v }}{% else %}none{% endfor %}', 'k=[1,{"z":"q"}]'],
  ['{% for x in missing %}a{% else %}none{% endfor %}', 'none'],
  ['{% set a = 2 %}{{ a + n }}', '5'],
  ['a {{- name -}} b', 'aAnnb'],
  ['{{ "}}" }}{{ "x" if n else "y" }}', '}}x'],
  ['{% if 0 %}{% for x in list %}{{ x | nothing }}{% endfor %}{% endif %}.', '.'],
]

for (const [template, text] of rendered) {
  test(`${template} is rendered as by Nunjucks`, () => {
    assert.equal(renderTemplate(template, vars), text)
  })
}

const refused: [template: string, named: RegExp][] = [
  ['{% include "a.txt" %}', /the template tag \{% include "a.txt" %\}/],
  ['{% macro m() %}{% endmacro %}', /macro/],
  ['{{ name | rot13 }}', /the template filter "rot13"/],
  ['{{ name.replace("a", "b") }}', /the call in/],
  ['{{ env.HOME }}', /variables of the environment/],
  ['{% for x in list %}{{ x }}', /endfor .*missing/],
  ['{{ name', /\}\} is missing/],
  ['{{ name | }}', /filter/],
]

for (const [template, named] of refused) {
  test(`${template} is refused by name`, () => {
    assert.throws(() => renderTemplate(template, vars), named)
  })
}

test('members that every object has are no variables', () => {
  assert.equal(renderTemplate('{{ name.constructor }}{{ map.__proto__ }}{{ toString }}{{ list.map }}', vars), '')
})

test('loops within loops end', () => {
  const many = { list: Array.from({ length: 400 }, () => 'x') }
  assert.throws(
    () => renderTemplate('{% for a in list %}{% for b in list %}{{ b }}{% endfor %}{% endfor %}', many),
    /too many steps/,
  )
})

test('only text and plain variables are a plain template', () => {
  assert.deepEqual(plainNames('a {{ b }} {{c}}'), ['b', 'c'])
  for (const text of ['{{ a.b }}', '{{ a | trim }}', '{% if a %}{% endif %}', '{# a #}', '{{- a }}', '{{ a']) {
    assert.equal(plainNames(text), undefined, text)
  }
})

test('a backslash before a variable stays one', async () => {
  const { features } = await importYaml(
    "prompts: ['C:\\{{ dir }}']\ntests: [{vars: {dir: x}, assert: [{type: contains, value: 'C:\\{{dir}}'}]}]",
  )
  const [message, check] = [features[0]?.messages?.[0]?.content ?? '', features[0]?.cases[0]?.checks[0]?.contains]
  for (const text of [message, String(check)]) assert.equal(fillTemplate(text, { dir: 'x' }, { strict: true }), 'C:\\x')
})
