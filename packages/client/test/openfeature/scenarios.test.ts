import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { notApplicable, withTextFlag } from './applicability.ts'
import { parseFeature } from './gherkin.ts'
import { createWorld } from './world.ts'

const folder = path.join(import.meta.dirname, '../../../../../shared/conformance')
const files = ['evaluation_v2', 'hooks', 'metadata', 'contextMerging'].map((name) => `openfeature-${name}.feature`)
const skip = !existsSync(folder) && `no ${folder}: the scenarios of OpenFeature are not here`

test('the scenarios of OpenFeature that apply hold with its own SDK', { skip }, async (context) => {
  const scenarios = files.flatMap((file) =>
    parseFeature(readFileSync(path.join(folder, file), 'utf8')).map(withTextFlag),
  )
  const applying = scenarios.filter((scenario) => notApplicable(scenario) === undefined)
  const reasons = Object.groupBy(scenarios, (scenario) => notApplicable(scenario) ?? '')
  for (const [why, left] of Object.entries(reasons)) {
    if (why !== '')
      context.diagnostic(`${left?.length} do not apply, since ${why}: ${left?.map(({ name }) => name).join('; ')}`)
  }
  context.diagnostic(`${applying.length} of ${scenarios.length} scenarios apply`)
  assert.ok(applying.length >= 50, `only ${applying.length} of ${scenarios.length} apply`)
  for (const [index, scenario] of applying.entries()) {
    const world = createWorld(`domain-${index}`)
    try {
      await context.test(scenario.name, () => world.play(scenario))
    } finally {
      await world.close()
    }
  }
})
