import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Recording, type RecordingPlace, readRecordings } from '../../../src/core/suite/recordings.ts'
import { type Contents, memoryFiles } from '../../support/memory-files.ts'

async function read(contents: Contents, ...globs: string[]): Promise<(Recording & RecordingPlace)[]> {
  const all: (Recording & RecordingPlace)[] = []
  for await (const recording of readRecordings(memoryFiles(contents), globs)) all.push(recording)
  return all
}

test('recordings of all files come in the order of file and line, once', async () => {
  const contents = {
    'r/b.jsonl': '{"case":"x","model":"m","output":""}\n',
    'r/a.jsonl':
      '{"case":"x","model":"m","output":"o","repeat":2,"inputTokens":1,"costUsd":null}\n\n{"case":"y","model":"m","error":"boom"}\n',
  }
  assert.deepEqual(await read(contents, 'r/*.jsonl', 'r/a.jsonl'), [
    { case: 'x', model: 'm', output: 'o', repeat: 2, inputTokens: 1, file: 'r/a.jsonl', line: 1 },
    { case: 'y', model: 'm', error: 'boom', file: 'r/a.jsonl', line: 3 },
    { case: 'x', model: 'm', output: '', file: 'r/b.jsonl', line: 1 },
  ])
})

test('a recording must answer something with something', async () => {
  const request = 'a'.repeat(64)
  assert.equal(
    (await read({ 'r.jsonl': `{"request":"${request}","model":"m","output":"o"}` }, 'r.jsonl'))[0]?.request,
    request,
  )
  const wrong: [string, RegExp][] = [
    ['{"model":"m","output":"o"}', /^r\.jsonl:1:1: answers nothing; give the "case" or the "request"$/],
    ['{"case":"a","model":"m"}', /^r\.jsonl:1:1: records nothing; give the "output" or the "error"$/],
    ['{"case":"a","model":"m","output":"o","error":"e"}', /^r\.jsonl:1:1: has both/],
    ['{"request":"abc","model":"m","output":"o"}', /^r\.jsonl:1:12: request: must be 64 hex digits$/],
    ['{"case":"a","model":"m","output":"o","repeat":0}', /^r\.jsonl:1:47: repeat: must be at least 1, found 0$/],
    ['{"case":"a","model":"m","ouput":"o"}', /^r\.jsonl:1:25: ouput: unknown key "ouput"; did you mean "output"\?/],
  ]
  for (const [text, expected] of wrong)
    await assert.rejects(read({ 'r.jsonl': text }, 'r.jsonl'), { message: expected })
})

test('every fault of every file is reported, and nothing is given out after the first', async () => {
  const good = '{"case":"a","model":"m","output":"o"}\n'
  const contents = { 'a.jsonl': `${good}{"case":"b"}\n${good}`, 'b.jsonl': `${good}nonsense\n` }
  const seen: string[] = []
  const reading = async () => {
    for await (const { file, line } of readRecordings(memoryFiles(contents), ['*.jsonl'])) seen.push(`${file}:${line}`)
  }
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof Error)
    assert.deepEqual(
      error.message.split('\n').map((fault) => fault.split(' ')[0]),
      ['a.jsonl:2:1:', 'b.jsonl:2:1:'],
    )
    return true
  })
  assert.deepEqual(seen, ['a.jsonl:1'])
})

test('recordings that do not exist are an error that names the glob', async () => {
  await assert.rejects(read({}, 'recordings/*.jsonl'), {
    message: 'recordings/*.jsonl:1:1: no such file of recordings',
  })
})

test('a recording may hold what was done on the way to the output, and a state that is null', async () => {
  const line = {
    ...{ case: 'a', model: 'm', output: 'o', retrieved: ['d1'], state: null },
    messages: [{ role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'lookUp', arguments: '{"a":null}' } }] }],
  }
  const [recorded] = await read({ 'r.jsonl': JSON.stringify(line) }, 'r.jsonl')
  assert.deepEqual(recorded?.trace?.retrieved, [{ id: 'd1', text: null }])
  assert.equal(recorded?.trace?.endState, null)
  const [call] = recorded?.trace?.trajectory?.messages[0]?.calls ?? []
  assert.deepEqual(call?.arguments, { a: null })
  assert.equal('messages' in (recorded ?? {}), false)
})
