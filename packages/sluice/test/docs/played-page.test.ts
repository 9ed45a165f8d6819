import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edited, isAsShown, stepsOf } from './played-page.ts'

const shows = (shown: string, printed: string, { varies = false, known = new Map<string, string>() } = {}) =>
  isAsShown(shown, printed, { known, varies })

test('files, edits and commands are steps, and a drawing is none', () => {
  const page = `
\`\`\`
 drawing
\`\`\`
\`\`\`yaml
# evals/a.yaml
- {id: a}
\`\`\`
\`\`\`diff
# evals/a.yaml
-- {id: a}
+- {id: b}
\`\`\`
<!-- numbers vary -->
\`\`\`sh
sluice check
\`\`\`

\`\`\`text
1 feature
\`\`\`
`
  assert.deepEqual(stepsOf(page), [
    { do: 'write', file: 'evals/a.yaml', text: '# evals/a.yaml\n- {id: a}\n' },
    { do: 'edit', file: 'evals/a.yaml', removed: ['- {id: a}'], added: ['- {id: b}'] },
    { do: 'run', commands: ['sluice check'], prints: '1 feature\n', varies: true },
  ])
})

test('a block that nobody would carry out is an error', () => {
  for (const block of ['yaml\nid: a', 'text\nPASS', 'python\nprint()'])
    assert.throws(() => stepsOf(`\`\`\`${block}\n\`\`\`\n`), /is no step/)
  assert.throws(() => stepsOf('```sh\nls\n```\nThis prints:\n```text\na\n```\n'), /is no step/)
})

test('an edit needs each of its lines once', () => {
  assert.equal(edited('a\nb\n', { removed: ['b'], added: ['c'] }), 'a\nc\n')
  assert.throws(() => edited('a\nb\nb\n', { removed: ['b'], added: ['c'] }), /not one line/)
  assert.throws(() => edited('a\n', { removed: ['b'], added: ['c'] }), /not one line/)
})

test('what is shown must have been printed, all of it, and in its order', () => {
  assert.ok(shows('PASS  a\n…\ntook 5 ms\n', 'PASS  a\n1\n2\ntook 1.2 s\n'))
  assert.ok(!shows('PASS  a\n…\n', 'PASS  a\n'), 'something is left out')
  assert.ok(!shows('PASS  a\n', 'PASS  a\nand more\n'))
  assert.ok(!shows('PASS  a\n', 'FAIL  a\n'))
  assert.ok(!shows('mean 0.9\n', 'mean 0.8\n'))
  assert.ok(!shows('b\n…\na\n', 'a\n1\nb\n'))
  assert.ok(!shows('a.c\n', 'abc\n'))
})

test('where numbers vary, words and versions do not', () => {
  const varies = { varies: true }
  assert.ok(shows('12 of 40 users\ngot v1, > 1e6 of 20\n', '7 of 1,040 users got\nv1, 0.93 of 20\n', varies))
  assert.ok(!shows('40 users got v1\n', '40 users got v3\n', varies))
  assert.ok(!shows('2 got v1 (7e96e8022bba)\n', '2 got v1 (8e96e8022bba)\n', varies))
})

test('an id may be another one, but the same wherever it appears', () => {
  const known = new Map<string, string>()
  const [theirs, ours] = ['r-0123456789abcdef', 'r-fedcba9876543210']
  assert.ok(shows(`rollout ${theirs}, ${theirs}\n`, `rollout ${ours}, ${ours}\n`, { known }))
  assert.equal(known.get(theirs), ours)
  assert.ok(!shows(`rollout ${theirs}\n`, 'rollout r-1111111111111111\n', { known, varies: true }))
})
