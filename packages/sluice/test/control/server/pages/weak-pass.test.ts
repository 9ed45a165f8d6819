import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseCheck } from '../../../../src/control/github/check-text.ts'
import { missedSection } from '../../../../src/control/incident/post-mortem-answers.ts'
import { gateNote } from '../../../../src/control/remote/published-text.ts'
import { gateReport, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { publication } from '../../../support/control-plane/described-feature.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) =>
  page
    .slice(page.indexOf('<main'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
const worth = 'Its gate passed weakly: by an estimate without an error bound.'

function weakly<T extends { features: readonly object[] }>(report: T) {
  return { ...report, features: report.features.map((one) => ({ ...one, strength: 'weak' })) }
}

async function publishWeak(plane: TestPlane, label: string): Promise<string> {
  const { id, body } = publication({ feature: 'mail', label, text: label, startedAt: '2026-11-24T08:00:00.000Z' })
  const weak = { ...body, report: weakly(body.report) }
  assert.equal((await plane.ask('POST /v1/features/mail/versions', { as: 'ci', body: weak })).status, 201)
  return id
}

test('no page tells of a weak pass as of a pass', async () => {
  const approvals = { '*': { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 } }
  await using plane = await testPlane({ approvals })
  const [active, next] = [await publishWeak(plane, '1.0'), await publishWeak(plane, '1.1')]
  const released = { version: active, reason: 'launch', breakGlass: { reason: 'the first' } }
  assert.equal((await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: released })).status, 200)
  const asked = { act: 'activate', version: next, reason: 'shorter' }
  const proposal = (await plane.ask('POST /v1/features/mail/proposals', { as: 'operator', body: asked })).body.id
  const ann = await signedIn(plane, 'admin')
  const marked: [string, RegExp][] = [
    ['/', /gate: pass, weak/],
    ['/features/mail', /✓ pass, weak/],
    ['/features/mail', /gate run of a version, 1\.1: pass, weak/],
    ['/features/mail/start', /✓ pass, weak/],
    ['/features/mail/activate', /✓ pass, weak/],
    [`/runs/mail/${next}`, /✓ pass, weak/],
    [`/features/mail/compare?from=${active}&to=${next}`, /Verdict ✓ pass, weak ✓ pass, weak/],
    ...[
      `/features/mail/start?version=${next}`,
      `/features/mail/activate?version=${next}`,
      `/proposals/${proposal}`,
    ].map((page): [string, RegExp] => [page, new RegExp(worth)]),
    [`/proposals/${proposal}/approve`, new RegExp(worth)],
  ]
  for (const [page, words] of marked) {
    const shown = await ann.page(page)
    assert.match(`${text(shown)} ${shown}`, words, page)
    assert.doesNotMatch(text(shown), /✓ (gate: )?pass(?!,)/, page)
  }
})

test('neither the terminal, a check on GitHub nor a post-mortem does', () => {
  const report = weakly(gateReport('mail', 'aa'))
  assert.equal(gateNote(report as never, 'mail'), `With the gate's pass, run run-of-aa. ${worth}\n`)
  assert.equal(gateNote(gateReport('mail', 'aa') as never, 'mail'), "With the gate's pass, run run-of-aa.\n")
  const gate = { verdict: 'pass', strength: 'weak', runId: 'run-of-aa' } as const
  const row = { actor: 'ann', reason: null, at: 0, chain: 'mail', action: 'feature.activate' }
  const { summary } = releaseCheck(
    { row, before: { active: null }, after: { active: 'aa' } } as never,
    { nameOf: (id: string) => id, gate, link: 'https://sluice.example.com' } as never,
  )
  assert.match(summary, /The verdict of the gate was \*\*pass, weak\*\*/)
  const missed = missedSection({
    ...{ rollout: { canary: 'aa' }, versions: [{ id: 'aa', label: null, report: gate }], worst: null, cases: [] },
  } as never)
  assert.match(missed.join('\n'), /The verdict of the gate on this version was \*\*pass, weak\*\*/)
})
