import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsToVerdict, withCommands } from '../../../src/gate/report/steps-to-verdict.ts'
import { incidentFeature, incidentReport } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const { cost } = incidentFeature()
const open = (usdPerAnswer: number | null) =>
  incidentFeature({ verdict: 'inconclusive', reasons: [], cost: { ...cost, usdPerAnswer } })
const advice = { smallestMargin: 0.0851, helps: 'either' as const, cases: 139, repeats: 12, text: '' }

test('steps come by their price, the wider margin last although it is free', () => {
  const steps = stepsToVerdict(open(0.002), advice)
  assert.deepEqual(
    steps.map(({ kind, usd }) => [kind, usd === null ? null : Number(usd.toFixed(3))]),
    [
      ['cases', 0.8],
      ['repeats', 1.56],
      ['margin', 0],
    ],
  )
})

test('answers that are missing come first; an unknown price is unknown and never 0', () => {
  const reasons = [{ code: 'coverage', message: '', tag: null, case: null }]
  const steps = stepsToVerdict({ ...open(null), reasons }, advice)
  assert.equal(steps[0]?.kind, 'again')
  assert.ok(steps.every(({ kind, usd }) => usd === (kind === 'margin' ? 0 : null)))
})

test('recordings of another prompt get no advice that asks them again', () => {
  const cause = (message: string) => ({ message, version: 'candidate' as const, cases: 3, ids: ['a'] })
  const stale = { ...cause('these recordings are of another prompt'), stale: true as const }
  const reasons = [{ code: 'coverage', message: '', tag: null, case: null }]
  const steps = stepsToVerdict({ ...open(null), reasons, causes: [stale] }, advice)
  assert.deepEqual(
    steps.map(({ what }) => what.slice(0, 27)),
    ['Set a live model, two lines'],
  )
  const mixed = stepsToVerdict({ ...open(null), reasons, causes: [stale, cause('HTTP 500')] }, advice)
  assert.match(mixed[0]?.what ?? '', /^Run it again/)
})

test('the command of a wider margin replaces the one that was given', () => {
  const feature = { ...open(0.002), nextSteps: stepsToVerdict(open(0.002), advice) }
  const commands = withCommands(feature, 'sluice gate --margin 0.005 --all').nextSteps?.map(({ command }) => command)
  assert.deepEqual(commands, [
    'sluice gate --margin 0.005 --all',
    'sluice gate --margin 0.005 --all',
    'sluice gate --all --margin 0.086',
  ])
})

test('terminal, comment and page say the steps', async () => {
  const feature = { ...open(0.002), nextSteps: stepsToVerdict(open(0.002), advice) }
  const shown = await formats(incidentReport({ verdict: 'inconclusive', features: [feature] }))
  for (const name of ['terminal', 'markdown', 'html'] as const) {
    assert.match(shown[name] ?? '', /Next 1: Add about 100 cases to the suite\. About 0\.800 USD/, name)
  }
})
