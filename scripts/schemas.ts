// Writes the JSON Schemas of the files that users edit, and of the reports, into packages/sluice/schemas.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { jsonSchemaOf, schemaKinds } from '../packages/sluice/src/core/suite/shipped-schemas.ts'
import { calibrationJsonSchema } from '../packages/sluice/src/records/report/calibration.ts'
import { drillJsonSchema } from '../packages/sluice/src/records/report/drill-report.ts'
import { gatePlanJsonSchema } from '../packages/sluice/src/records/report/gate-plan.ts'
import { judgeAttackJsonSchema } from '../packages/sluice/src/records/report/judge-attack-report.ts'
import { judgeRubricJsonSchema } from '../packages/sluice/src/records/report/judge-rubric-report.ts'
import { matrixJsonSchema } from '../packages/sluice/src/records/report/matrix-report.ts'
import { reportJsonSchema } from '../packages/sluice/src/records/report/report.ts'
import { suitePickJsonSchema } from '../packages/sluice/src/records/report/suite-pick.ts'
import { suiteReviewJsonSchema } from '../packages/sluice/src/records/report/suite-review.ts'
import { unchangedJsonSchema } from '../packages/sluice/src/records/report/unchanged-report.ts'

const schemas = [
  ...schemaKinds.map((kind) => [kind, jsonSchemaOf(kind)] as const),
  ['report', reportJsonSchema()] as const,
  ['matrix', matrixJsonSchema()] as const,
  ['drill', drillJsonSchema()] as const,
  ['judge-attack', judgeAttackJsonSchema()] as const,
  ['judge-rubric', judgeRubricJsonSchema()] as const,
  ['gate-plan', gatePlanJsonSchema()] as const,
  ['calibration', calibrationJsonSchema()] as const,
  ['suite-review', suiteReviewJsonSchema()] as const,
  ['suite-pick', suitePickJsonSchema()] as const,
  ['unchanged', unchangedJsonSchema()] as const,
]
const files = schemas.map(([kind, schema]) => {
  const file = `packages/sluice/schemas/${kind}.schema.json`
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`)
  return file
})
execFileSync('node_modules/.bin/biome', ['format', '--write', ...files], { stdio: 'inherit' })
