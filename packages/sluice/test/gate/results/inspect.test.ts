import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectFile, inspectHeader, inspectSample, readResults, refusalOf } from '../../support/results-files.ts'
import { zipOf } from '../../support/zip.ts'

/** An archive of files, each packed by the method of its number. */
function zip(files: Record<string, object>, method: 0 | 8 | 93 = 8): Buffer {
  return zipOf(Object.fromEntries(Object.entries(files).map(([name, data]) => [name, JSON.stringify(data)])), {
    method,
  })
}

const outcome = ({ rows }: Awaited<ReturnType<typeof readResults>>) => rows.map(({ score, error }) => score ?? error)

test('the letters of Inspect are its numbers, and what it counts as 0 with a warning is no score', async () => {
  const values = ['C', 'P', 'I', 'N', 'yes', 'False', '0.25', 1, true, 'maybe', null]
  const side = await readResults(inspectFile(values.map((value, index) => inspectSample(index, value))))
  assert.deepEqual(outcome(side), [1, 0.5, 0, 0, 1, 0, 0.25, 1, 1, 'the score "maybe" is no number', 'no score'])
  assert.deepEqual(
    [side.metric, side.version, side.rows[0]?.costUsd, side.rows[0]?.latencyMs],
    ['the score match', 'openai/gpt-5', 0.02, 2000],
  )
})

test('a sample that ended with an error or at a limit has no score, whatever was scored; NaN neither', async () => {
  const text = inspectFile([
    inspectSample('e', 'I', { error: { message: 'sandbox died' } }),
    inspectSample('l', 'I', { limit: { type: 'token', limit: 100 } }),
    inspectSample('u', 'I', { scores: null }),
    inspectSample('n', 'NOT-A-NUMBER'),
    inspectSample('C', 'C', { input: 'NaN is text here' }),
  ]).replace('"NOT-A-NUMBER"', 'NaN')
  assert.deepEqual(outcome(await readResults(text)), [
    'sandbox died',
    'stopped by the token limit',
    'no score',
    'no score',
    1,
  ])
})

test('epochs are repeats, an epoch that is there twice is refused, and metadata names the clusters', async () => {
  const epochs = [1, 2].flatMap((epoch) =>
    ['a', 'b'].map((id) => inspectSample(id, 'C', { epoch, metadata: { cluster: 'doc', tags: ['core'], topic: id } })),
  )
  const { rows, clusterNote } = await readResults(inspectFile(epochs))
  assert.deepEqual(
    rows.map(({ id, repeat, cluster, tags }) => [id, repeat, cluster, ...tags]),
    [1, 2].flatMap((epoch) => ['a', 'b'].map((id) => [id, epoch, 'doc', 'core'])),
  )
  assert.match(clusterNote ?? '', /2 cases are one cluster by the field cluster/)
  assert.equal((await readResults(inspectFile(epochs), { cluster: 'topic' })).rows[0]?.cluster, 'a')
  assert.match(
    await refusalOf(inspectFile(epochs), { cluster: 'nope' }),
    /no case has a field "nope" to cluster by; there are cluster, tags, topic/,
  )
  assert.match(await refusalOf(inspectFile([...epochs, ...epochs.slice(0, 1)])), /repeat 1 of "a" is there twice/)
})

test('of several scores the first of the results is taken and said, another by its name', async () => {
  const scores = { match: { value: 'C' }, style: { value: { tone: 0.5, length: 'I' } } }
  const text = inspectFile([inspectSample('a', 'C', { scores })])
  const side = await readResults(text)
  assert.deepEqual([outcome(side), side.metric], [[1], 'the score match'])
  assert.match(side.notes.join(), /has several scores; match is the first of its results/)
  assert.deepEqual(outcome(await readResults(text, { metric: 'style.tone' })), [0.5])
  assert.match(
    await refusalOf(text, { metric: 'style' }),
    /no result has the metric "style"; it has match, style\.tone, style\.length/,
  )
})

test('the model that graded is the named one, the role, or else the one that was measured', async () => {
  const scores = { model_graded_qa: { value: 'C' } }
  const named = async (options: object, roles?: object) => {
    const scorers = [{ name: 'inspect_ai/model_graded_qa', options }]
    return (await readResults(inspectFile([inspectSample('a', 'C', { scores })], { scorers, ...(roles && { roles }) })))
      .graders
  }
  assert.deepEqual(await named({ model: 'openai/o4' }), ['openai/o4'])
  assert.deepEqual(await named({}, { grader: { model: 'google/x' } }), ['google/x'])
  assert.deepEqual(await named({}), ['openai/gpt-5 (the measured model itself)'])
  assert.deepEqual((await readResults(inspectFile([inspectSample('a', 'C')]))).graders, [])
})

test('an archive of Inspect is read whichever way its entries are packed', async () => {
  for (const method of [0, 8, 93] as const) {
    const archive = zip(
      { 'header.json': inspectHeader(), 'samples/a_epoch_1.json': inspectSample('a', 'C'), 'summaries.json': [] },
      method,
    )
    assert.deepEqual(outcome(await readResults(archive)), [1], String(method))
  }
  const started = zip({
    '_journal/start.json': { ...inspectHeader(), status: undefined },
    'samples/a_epoch_1.json': inspectSample('a', 'C'),
  })
  assert.match((await readResults(started)).notes.join(), /the run ended as "started", so samples may be missing/)
})

test('an archive that is cut off, damaged, or something else is refused', async () => {
  const archive = zip({ 'header.json': inspectHeader(), 'samples/a_epoch_1.json': inspectSample('a', 'C') })
  for (const length of [4, 40, archive.length - 30, archive.length - 1])
    assert.match(await refusalOf(archive.subarray(0, length)), /cut off or damaged; copy it again/, String(length))
  const damaged = Buffer.from(archive)
  damaged[80] = (damaged[80] ?? 0) ^ 0xff
  assert.match(await refusalOf(damaged), /header\.json in it: it is damaged/)
  assert.match(await refusalOf(zip({ 'word/document.xml': {} })), /is a zip archive, and no log of Inspect/)
})

test('another version, and a log without samples, are refused', async () => {
  const other = JSON.stringify({ ...inspectHeader(), version: 3, samples: [inspectSample('a', 'C')] })
  assert.match(await refusalOf(other), /an Inspect log of version 3; version 2 is read/)
  assert.match(await refusalOf(inspectFile([])), /holds no samples; run Inspect without --no-log-samples/)
})

test('a run that did not come to its end misses what its head promises', async () => {
  const samples = [1, 2].map((id) => inspectSample(id, 'C'))
  const missing = async (status: string, change: object = {}) => {
    const head = inspectHeader({ status })
    const side = await readResults(JSON.stringify({ ...head, eval: { ...head.eval, ...change }, samples }))
    return [side.missing, side.doubts?.length]
  }
  const dataset = { name: 'qa', samples: 200 }
  for (const status of ['cancelled', 'error', 'started'])
    assert.deepEqual(await missing(status, { dataset, config: { epochs: 2 } }), [398, 0])
  assert.deepEqual(await missing('error', { dataset, config: { epochs: 1, limit: 10 } }), [8, 0])
  assert.deepEqual(await missing('error', { dataset, config: { epochs: 1, limit: [5, 8] } }), [1, 0])
  assert.deepEqual(await missing('error', { dataset: null }), [0, 1])
  assert.deepEqual(await missing('success', { dataset }), [0, 0])
})
