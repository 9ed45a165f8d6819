import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import type { JsonSchemaCheck } from '../../suite/check-spec.ts'
import { CheckError } from './check-error.ts'
import { parseJson } from './json.ts'
import { type Measure, outcome } from './measure.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

const options = { strict: false, validateFormats: false, addUsedSchema: false, logger: false } as const
const draft2020 = 'https://json-schema.org/draft/2020-12/schema'
const makers = new Map<string, () => Promise<Ajv>>([
  [draft2020, async () => new (await import('ajv/dist/2020.js')).Ajv2020(options)],
  ['http://json-schema.org/draft-07/schema', async () => new (await import('ajv')).Ajv(options)],
])

/**
 * The output is JSON that meets the schema: draft 2020-12, or draft-07 where `$schema` says so. `format` is an
 * annotation, as the specification has it by default: it is not tested, use `pattern`.
 */
export function measureJsonSchema({ name, value: schema }: JsonSchemaCheck): Measure {
  let compiled: Promise<ValidateFunction> | undefined
  return async ({ output }) => {
    const parsed = parseJson(output)
    if ('fault' in parsed) return parsed.fault
    compiled ??= compile(schema, name)
    const validate = await compiled
    const limitMs = timeLimitFor(output.length)
    const valid = withinTime(
      limitMs,
      () => validate(parsed.value),
      () => tooSlow(name, limitMs),
    )
    return outcome(valid === true, valid ? 'the output meets the schema' : faults(validate.errors ?? []))
  }
}

async function compile(schema: Record<string, unknown>, name: string): Promise<ValidateFunction> {
  const ajv = await ajvFor(schema, name)
  try {
    return ajv.compile(schema)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CheckError(`check ${name}: the JSON Schema cannot be used: ${reason}`, { cause })
  } finally {
    ajv.removeSchema(schema)
  }
}

/** One instance for each draft, since making one takes longer than compiling; it keeps no schema. */
const instances = new Map<string, Promise<Ajv>>()

function ajvFor(schema: Record<string, unknown>, name: string): Promise<Ajv> {
  const draft = String(schema.$schema ?? draft2020).replace(/#$/, '')
  const make = makers.get(draft)
  if (!make) {
    const known = [...makers.keys()].join(' and ')
    throw new CheckError(`check ${name}: $schema is "${draft}"; known are ${known}`)
  }
  const instance = instances.get(draft) ?? make()
  instances.set(draft, instance)
  return instance
}

function faults(errors: ErrorObject[]): string {
  const places = errors.map(({ instancePath, message }) => `${instancePath || 'the output'} ${message}`)
  return `the output does not meet the schema: ${places.join('; ')}`
}

function tooSlow(name: string, limitMs: number): CheckError {
  return new CheckError(
    `check ${name}: validation took more than ${limitMs} ms; look for a costly pattern in the schema`,
  )
}
