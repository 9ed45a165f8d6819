import { hint } from '../core/suite/diagnostics/suggest.ts'
import { jsonSchemaOf, schemaKinds } from '../core/suite/shipped-schemas.ts'
import { SluiceError } from '../errors.ts'
import { reportJsonSchema } from '../records/report.ts'
import type { Host } from './host.ts'

/** `sluice schema <kind>`: prints the JSON Schema of a file format. */
export async function schema(kind: string, host: Host): Promise<number> {
  const known = schemaKinds.find((name) => name === kind)
  if (!known && kind !== 'report') {
    const kinds = [...schemaKinds, 'report']
    throw new SluiceError('invalid-input', `there is no schema "${kind}"${hint(kind, kinds)}`)
  }
  const document = known ? jsonSchemaOf(known) : reportJsonSchema()
  host.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  return 0
}
