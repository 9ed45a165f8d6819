import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChatRequest, fakeModel, isJudgeRequest, type Reply } from '../../support/fake-model.ts'
import { changedProject, judged, summariser } from '../../support/gate-project.ts'

/** A server that takes these response formats and no other. */
function taking(formats: readonly (string | undefined)[]) {
  const say = summariser(() => false)
  return (request: ChatRequest): Reply => {
    if (!isJudgeRequest(request) || formats.includes(request.response_format?.type)) return say(request)
    return { status: 400, body: '{"error":{"message":"This response_format type is unavailable now"}}' }
  }
}

for (const [mode, formats, words] of [
  ['json_object', ['json_object'], /its server enforces JSON but no schema/],
  ['text', [undefined], /its server enforces no format/],
] as const) {
  test(`both versions are judged in the mode that the server has, ${mode}, and a second run asks nobody`, async () => {
    await using model = await fakeModel(taking(formats))
    using project = changedProject({ url: model.url, cases: 6, rubric: true })
    const { report } = await judged(project, ['gate'])
    const [feature] = report.features
    assert.equal(feature?.coverage.scored, 6)
    assert.equal(feature?.judge?.mode, mode)
    assert.equal(report.run?.failedCalls, 0)
    const asked = model.requests.filter(isJudgeRequest).map(({ response_format }) => response_format?.type)
    const refused = mode === 'text' ? ['json_schema', 'json_object'] : ['json_schema']
    assert.deepEqual(asked.slice(0, refused.length), refused)
    assert.ok(asked.slice(refused.length).every((type) => type === formats[0]))

    model.requests.length = 0
    const again = await judged(project, ['gate'])
    assert.equal(model.requests.length, 0)
    assert.deepEqual(again.report.features[0]?.judge, { ...feature?.judge })
    const { stdout } = await project.sluice(['report'])
    assert.match(stdout.replace(/\s+/g, ' '), words)
  })
}
