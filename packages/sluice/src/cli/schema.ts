import { jsonSchemaOf, schemaKinds } from '../core/suite/shipped-schemas.ts'
import { SluiceError } from '../errors.ts'
import { calibrationJsonSchema } from '../records/report/calibration.ts'
import { drillJsonSchema } from '../records/report/drill-report.ts'
import { gatePlanJsonSchema } from '../records/report/gate-plan.ts'
import { judgeAttackJsonSchema } from '../records/report/judge-attack-report.ts'
import { judgeRubricJsonSchema } from '../records/report/judge-rubric-report.ts'
import { matrixJsonSchema } from '../records/report/matrix-report.ts'
import { reportJsonSchema } from '../records/report/report.ts'
import { suitePickJsonSchema } from '../records/report/suite-pick.ts'
import { suiteReviewJsonSchema } from '../records/report/suite-review.ts'
import { unchangedJsonSchema } from '../records/report/unchanged-report.ts'
import { hint } from '../text/did-you-mean.ts'
import type { Host } from './host.ts'

/** `sluice schema <kind>`: prints the JSON Schema of a file format. */
export async function schema(kind: string, host: Host): Promise<number> {
  const known = schemaKinds.find((name) => name === kind)
  const reports: Record<string, () => unknown> = {
    report: reportJsonSchema,
    matrix: matrixJsonSchema,
    drill: drillJsonSchema,
    'judge-attack': judgeAttackJsonSchema,
    'judge-rubric': judgeRubricJsonSchema,
    'gate-plan': gatePlanJsonSchema,
    calibration: calibrationJsonSchema,
    'suite-review': suiteReviewJsonSchema,
    'suite-pick': suitePickJsonSchema,
    unchanged: unchangedJsonSchema,
  }
  const report = Object.hasOwn(reports, kind) ? reports[kind] : undefined
  if (!known && !report) {
    const kinds = [...schemaKinds, ...Object.keys(reports)]
    throw new SluiceError('invalid-input', `there is no schema "${kind}"${hint(kind, kinds)}`)
  }
  const document = known ? jsonSchemaOf(known) : report?.()
  host.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  return 0
}
