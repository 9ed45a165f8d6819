import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, files, inPrompt, lines } from './measured-projects.ts'

/** What becomes of the measure when the one check of a prompt is changed into another. */
async function changed(before: string, after: string): Promise<string[]> {
  const withCheck = (check: string) => ({ ...files, ...inPrompt('- {contains: yes}', `- ${check}`) })
  return lines(await changesOf(withCheck(after), withCheck(before)))
}

const isWeaker = async (before: string, after: string) =>
  (await changed(before, after)).map((line) => line.startsWith('! '))

test('a similarity is stricter where it asks for more, a distance and a negation where they ask for less', async () => {
  const similarity = (more: string, key = 'similarity') => `{${key}: {to: x, ${more}}}`
  assert.deepEqual(await isWeaker(similarity('min: 0.5'), similarity('min: 0.6')), [false])
  assert.deepEqual(await isWeaker(similarity('min: 0.5'), similarity('min: 0.4')), [true])
  const distance = (most: number) => similarity(`metric: levenshtein, maxDistance: ${most}`)
  assert.deepEqual(await isWeaker(distance(5), distance(4)), [false])
  assert.deepEqual(await isWeaker(distance(5), distance(6)), [true])
  const not = (more: string) => similarity(more, 'notSimilarity')
  assert.deepEqual(await isWeaker(not('min: 0.5'), not('min: 0.4')), [false])
  assert.deepEqual(await isWeaker(not('min: 0.5'), not('min: 0.6')), [true])
  // What is counted in another way cannot be told to be stricter.
  assert.deepEqual(await isWeaker(similarity('metric: levenshtein, min: 0.5'), distance(9)), [true])
  assert.deepEqual(await isWeaker(similarity('metric: bleu, min: 0.5'), similarity('metric: gleu, min: 0.6')), [true])
})

test('a check of the same type that asks for something else is named', async () => {
  assert.deepEqual(await changed('{sql: {dialect: mysql, tables: [a]}}', '{sql: {dialect: mysql, tables: [a, b]}}'), [
    '! mail check sql {"dialect":"mysql","tables":["a"]}: sql {"dialect":"mysql","tables":["a"]} -> sql {"dialect":"mysql","tables":["a","b"]}',
  ])
  assert.deepEqual(await changed('{expression: output != "x"}', '{expression: output != "y"}'), [
    '! mail check expression output != "x": expression output != "x" -> expression output != "y"',
  ])
  assert.deepEqual(await changed('{command: python3 a.py}', '{command: [python3, a.py]}'), [])
  assert.deepEqual(await changed('{command: python3 a.py}', '{command: python3 b.py}'), [
    '! mail check command ["python3","a.py"]: command ["python3","a.py"] -> command ["python3","b.py"]',
  ])
  assert.deepEqual(await changed('{refusal: true}', '{notRefusal: true}'), [
    '! mail check refusal true: refusal true -> null',
    '! mail check notRefusal true: null -> with weight 1 (14 % of these), so that the others count for less',
  ])
})
