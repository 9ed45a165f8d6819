import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgePage } from '../../../../src/control/pages/judge.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import {
  describedEngine,
  describedFeature,
  publication,
  publishDescribed,
} from '../../../support/control-plane/described-feature.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

const text = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('two versions are compared word by word, with what the gate found of each and a warning', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  const [first, , , , last] = await describedFeature(plane)
  const page = await (await signedIn(plane, 'viewer')).page(`/features/email-summary/compare?from=${first}&to=${last}`)
  assert.match(page, /Sum up<ins> in two sentences<\/ins>: \{\{email\}\} <ins>Answer in English\.<\/ins>/)
  assert.match(text(page), /1 other message is the same/)
  assert.match(text(page), /All are the same: openai:gpt-4\.1-2025-04-14 with 2 parameters/)
  assert.match(text(page), /Score 0\.880 \[0\.860, 0\.900\] 0\.920 \[0\.900, 0\.940\]/)
  assert.match(text(page), /Two reports are two runs\. Their cases, and what is behind the judge, may differ/)
  assert.match(
    text(page),
    /The cases that fell most In the run of \S+ \w{12} , against its own baseline Case before \S+ Change case-7 0\.950 0\.400 -0\.550/,
  )
  assert.equal(page.match(/>case-7</g)?.length, 2, 'the cases of both runs')
})

test('all of a version is a file for those who may see its feature', async () => {
  await using plane = await testPlane()
  const id = await plane.publish('mail', 'a\u202eb')
  const ann = await signedIn(plane, 'viewer')
  const response = await ann.get(`/features/mail/versions/${id}/content`)
  assert.equal(response.headers.get('content-disposition'), `attachment; filename="sluice-version-${id}.json"`)
  const content = await response.text()
  assert.deepEqual(JSON.parse(content), (await plane.store.version('mail', id))?.content)
  assert.match(content, /a\\u202eb/, 'no character hides or turns text')
  for (const path of [`other/versions/${id}`, 'mail/versions/0123456789ab', 'mail/versions/x'])
    assert.equal((await ann.get(`/features/${path}/content`)).status, 404, path)
  const { token } = (
    await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'x', scopes: ['viewer'], features: ['other'] } })
  ).body
  const other = await signedIn(plane, 'viewer', token)
  assert.equal((await other.get(`/features/mail/versions/${id}/content`)).status, 404)
})

test('which cases fell is said to be unknown where it was not published, and what is no such list is refused', async () => {
  await using plane = await testPlane()
  const told = { feature: 'mail', label: 'v2', text: 'b', startedAt: '2026-11-24T08:00:00.000Z' }
  const { id, body } = publication(told)
  const send = (fallen?: unknown, other = {}) => {
    const { fallen: _, ...part } = body.report.features[0] ?? {}
    const features = [{ ...part, ...(fallen !== undefined && { fallen }), ...other }]
    const report = { ...body.report, features }
    return plane.ask('POST /v1/features/mail/versions', { as: 'ci', body: { ...body, report } })
  }
  const one = { case: 'a', baselineScore: 1, score: 0 }
  for (const odd of [[{ ...one, output: 'x' }], [{ ...one, score: 2 }], Array.from({ length: 16 }, () => one), 'x'])
    assert.equal((await send(odd)).status, 400)
  const ann = await signedIn(plane, 'viewer')
  const shown = async () => text(await ann.page(`/runs/mail/${id}`))
  assert.equal((await send()).status, 201)
  assert.match(await shown(), /Which cases fell is not known : an earlier sluice publish did not send them/)
  const none = async (other = {}) => {
    await send([], other)
    plane.clock.advance(6000)
    return shown()
  }
  assert.match(await none(), /Of 38 compared cases none fell against before\./)
  assert.match(await none({ comparison: null }), /No case could be compared with before\./)
  assert.match(
    await none({ comparison: 'x' }),
    /No case fell against before, but how many were compared is not known\./,
  )
  const holdout = { cases: 8, pairs: 8, leftOut: 0, outcome: 'too-few', meanDifference: -0.5, restMeanDifference: 0 }
  const held = await none({ holdout: { ...holdout, gap: null, ciLow: null, ciHigh: null } })
  assert.match(held, /Of 30 compared cases none fell against before\. Cases that are held out are not named here\./)
})

test('of a version without a report no figures are shown, and settings that differ are named', async () => {
  await using plane = await testPlane()
  const from = await plane.publish('mail', 'a', { verdict: null })
  const told = { feature: 'mail', label: 'v2', text: 'b', startedAt: '2026-11-24T08:00:00.000Z' }
  const to = await publishDescribed(plane, told)
  const page = text(await (await signedIn(plane, 'viewer')).page(`/features/mail/compare?from=${from}&to=${to}`))
  assert.match(page, /Published without a gate report : [0-9a-f]{12} \. No figures of it are known here/)
  assert.match(page, /Score not known 0\.910/)
  assert.match(page, /parameters\.temperature not set 0\.2/)
  const other = await publishDescribed(plane, { ...told, label: 'v3', text: 'c', judgeId: 'judge-2' })
  const ann = await signedIn(plane, 'viewer')
  const judged = text(await ann.page(`/features/mail/compare?from=${to}&to=${other}`))
  assert.match(judged, /Their judges differ, so their scores must not be compared/)
  for (const query of ['', `?from=${from}`, `?from=${from}&to=0123456789ab`, `?from=x&to=${to}`])
    assert.equal((await ann.get(`/features/mail/compare${query}`)).status, 404, query)
})

test('the page of a run has verdict, reasons, figures, the judge, and what is not known', async () => {
  await using plane = await testPlane()
  const told = { feature: 'mail', label: 'v2', text: 'b', startedAt: '2026-11-24T08:00:00.000Z', mean: 0.8 }
  const ann = await signedIn(plane, 'viewer')
  const page = text(await ann.page(`/runs/mail/${await publishDescribed(plane, { ...told, verdict: 'fail' })}`))
  assert.match(page, /✕ fail 24 Nov 2026 08:00Z/)
  assert.match(page, /Why The candidate v2 scores 0\.8\./)
  assert.match(page, /Score 0\.800 \[0\.780, 0\.820\] .*Change to it -0\.100 \[-0\.130, -0\.070\] over 38 cases/)
  assert.match(page, /Largest drop that passes 0\.030 Smallest detectable drop 0\.040, found with 80 % probability/)
  assert.match(page, /0\.420 USD, and 2 calls without a known price/)
  assert.match(page, /anthropic:claude-sonnet-4-5 judge-1 : \? never calibrated against human labels/)
  assert.match(page, /contradicted itself on 4 %/)
  const thin = text(await ann.page(`/runs/mail/${await plane.publish('mail', 'c')}`))
  assert.match(thin, /How many cases have a score is not known/)
  assert.match(thin, /Score not known .*Cases not known .*Cost of the run not known/)
  const none = text(await ann.page(`/runs/mail/${await plane.publish('mail', 'd', { verdict: null })}`))
  assert.match(none, /Published without a gate report .*Nothing is known here of how good it is/)
  assert.doesNotMatch(none, /Figures/)
})

/** Adds rows to the chain of a feature. */
test('judges: what people say of each, what is spent of its budget, and what is not known', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  const ann = await signedIn(plane, 'viewer')
  assert.match(text(await ann.page('/judge')), /No live answers are judged .*quality is not watched here/)
  await plane.publish('bare', 'a')
  await describedFeature(plane, { feature: 'mail' })
  await plane.store.addJudgeSpending('2026-11-24', 'mail', 1.99)
  plane.clock.advance(1000)
  const page = text(await ann.page('/judge'))
  assert.match(page, /Live answers of 1 of 2 features are judged 1\.99 USD today/)
  assert.match(page, /mail 1\.1 [0-9a-f]{12} anthropic:claude-sonnet-4-5 \? never calibrated against human labels/)
  assert.match(
    page,
    /10 % of the answers ! 1\.99 USD of 2\.00 USD: used up, or nearly; what is beyond is not judged today \? no failure is known/,
  )
  assert.match(page, /bare no version is active none – nothing – \? not asked/)
})

test('only a judge that labels have shown to be right is shown as good', () => {
  const shown = (words: string) => {
    const { main } = judgePage({
      judges: [
        {
          ...{
            feature: 'mail',
            version: null,
            judge: { model: 'm', words, isInReport: true },
            judging: null,
            spentUsd: 0,
          },
          ...{ health: { tone: 'unknown', text: 'not asked' }, drift: null },
        },
      ],
      ...{ page: 1, pages: 1, counts: { all: 1, judged: 1 }, spentUsd: 0 },
    })
    return /class="tone (\w+)"/.exec(main.markup.split('Compared with people').at(-1) ?? '')?.[1]
  }
  assert.equal(shown('calibrated by 40 human labels: may gate, kappa 0.812 [0.660, 0.920]'), 'good')
  assert.equal(shown('calibrated by 40 human labels: may not gate, kappa 0.112 [0.060, 0.320]'), 'bad')
  for (const words of ['calibrated by 4 human labels: too few labels', 'with a stale calibration', 'may gate'])
    assert.equal(shown(words), 'unknown', words)
})

test('costs: sums with gaps say so, and what was not booked or is not known is no 0', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  const ann = await signedIn(plane, 'viewer')
  await plane.publish('bare', 'a', { verdict: null })
  const bare = text(await ann.page('/costs'))
  assert.match(bare, /nothing was booked .*No live judging was booked in 14 days/)
  assert.match(
    bare,
    /bare not judged nothing was booked not known no report with the newest 3 versions 0\.750 USD the last 3 nights not known not judged/,
  )
  assert.doesNotMatch(bare, / 0 USD/)
  await using alone = await testPlane()
  await alone.publish('bare', 'a', { verdict: null })
  assert.match(text(await (await signedIn(alone, 'viewer')).page('/costs')), /newest 3 versions not known not known/)
  await describedFeature(plane, { feature: 'mail' })
  for (const [day, usd] of [
    ['2026-11-24', 0.5],
    ['2026-11-20', 1],
    ['2026-10-01', 7],
  ] as const)
    await plane.store.addJudgeSpending(day, 'mail', usd)
  plane.clock.advance(1000)
  const page = text(await ann.page('/costs'))
  assert.match(page, /Live judging today: 0\.500 USD/)
  assert.match(
    page,
    /mail 0\.500 USD of 2\.00 USD 1\.50 USD at least 1\.26 USD 3 runs of the newest 3 versions 6 calls without a known price 0\.750 USD the last 3 nights 0\.0021 USD a request in its last rollout 12\.7 % 10 % of the answers at 0\.0027 USD above 1 to 5 %/,
  )
  const { body } = publication({ feature: 'poor', label: 'v1', text: 'x', startedAt: '2026-11-24T08:00:00.000Z' })
  const [part] = body.report.features
  const report = {
    ...body.report,
    features: [{ ...part, cost: { ...part?.cost, judgeUsd: null, generationUsd: null } }],
  }
  await plane.ask('POST /v1/features/poor/versions', { as: 'ci', body: { ...body, report } })
  await plane.ask('PUT /v1/features/poor/active', {
    as: 'operator',
    body: { version: body.content.id, reason: 'launch' },
  })
  plane.clock.advance(6000)
  assert.match(
    text(await ann.page('/costs')),
    /poor .*it lacks what an answer costs \(costUsd of outcomes\) and what judging one costs \(a gate report with prices\)/,
  )
})
