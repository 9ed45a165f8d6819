import { shippedSchemas } from '../core/suite/shipped-schemas.ts'
import { SluiceError } from '../errors.ts'
import { hint } from '../text/did-you-mean.ts'
import type { Host } from './host.ts'

/** `sluice schema <kind>`: prints the JSON Schema of a file format. */
export async function schema(kind: string, host: Host): Promise<number> {
  const jsonSchema = shippedSchemas.get(kind)
  if (!jsonSchema)
    throw new SluiceError('invalid-input', `there is no schema "${kind}"${hint(kind, [...shippedSchemas.keys()])}`)
  host.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
  return 0
}
