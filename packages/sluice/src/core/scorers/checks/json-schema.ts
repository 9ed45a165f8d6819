import { isDeepStrictEqual } from 'node:util'
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'
import { errorMessage } from '../../../errors.ts'
import type { JsonSchemaCheck } from '../../suite/checks/check-spec.ts'
import { compareDecimals, decimalOf, exactData, nearestData, textOf, Written } from '../../suite/values/written.ts'
import { CheckError } from './check-error.ts'
import { parseOutput } from './json.ts'
import { type Measure, passOrFail } from './measure.ts'
import { timeLimitFor, withinTime } from './time-limit.ts'

const options = {
  strict: false,
  validateFormats: false,
  addUsedSchema: false,
  logger: false,
  passContext: true,
} as const
const draft2020 = 'https://json-schema.org/draft/2020-12/schema'
const makers = new Map<string, () => Promise<Ajv>>([
  [draft2020, async () => withExactNumbers(new (await import('ajv/dist/2020.js')).Ajv2020(options))],
  ['http://json-schema.org/draft-07/schema', async () => withExactNumbers(new (await import('ajv')).Ajv(options))],
])

/**
 * The output is JSON that meets the schema: draft 2020-12, or draft-07 where `$schema` says so. `format` is an
 * annotation, as the specification has it by default: it is not tested, use `pattern`. Numbers are compared to the last
 * digit; `multipleOf` and `uniqueItems` see them as JavaScript holds them.
 */
export function measureJsonSchema({ name, value, negate }: JsonSchemaCheck): Measure {
  const faultsOf = schemaFaults(value, name)
  return async ({ output }) => {
    const parsed = parseOutput(output)
    if ('fault' in parsed) return passOrFail(negate, parsed.fault.reason)
    const found = await faultsOf([parsed], output.length)
    const reason = found === undefined ? 'the output meets the schema' : `the output does not meet the schema: ${found}`
    return passOrFail((found === undefined) !== negate, reason)
  }
}

/**
 * The schema is compiled when the first value is there. Says what keeps the last value from meeting it, undefined where
 * one of them meets it. All of them share one time limit, by the length of the text that they stand in.
 */
export function schemaFaults(schema: Record<string, unknown>, name: string) {
  let compiled: Promise<ValidateFunction> | undefined
  return async (found: readonly { value: unknown; exact: unknown }[], length: number): Promise<string | undefined> => {
    compiled ??= compile(schema, name)
    const validate = await compiled
    const limitMs = timeLimitFor(length)
    const valid = withinTime(
      limitMs,
      () => found.some(({ value, exact }) => validate.call({ exact }, value)),
      () => tooSlow(name, limitMs),
    )
    return valid ? undefined : faults(validate.errors ?? [])
  }
}

async function compile(spec: Record<string, unknown>, name: string): Promise<ValidateFunction> {
  const schema = forAjv(spec) as Record<string, unknown>
  const ajv = await ajvFor(schema, name)
  try {
    return ajv.compile(schema)
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new CheckError(`check ${name}: the JSON Schema cannot be used: ${reason}`, { cause })
  } finally {
    ajv.removeSchema(schema)
  }
}

const limits = new Map<string, { symbol: string; holds: (order: number) => boolean }>([
  ['minimum', { symbol: '>=', holds: (order) => order >= 0 }],
  ['maximum', { symbol: '<=', holds: (order) => order <= 0 }],
  ['exclusiveMinimum', { symbol: '>', holds: (order) => order > 0 }],
  ['exclusiveMaximum', { symbol: '<', holds: (order) => order < 0 }],
])
/**
 * The keyword for a limit that a JavaScript number cannot hold, since Ajv takes only such numbers under the usual one.
 */
const inFull = (keyword: string) => `${keyword}-in-full`

/**
 * The schema for Ajv: long numbers keep all digits where values are compared with them; elsewhere they become numbers.
 */
function forAjv(schema: unknown): unknown {
  if (schema === null || typeof schema !== 'object' || schema instanceof Written) return nearestData(schema)
  if (Array.isArray(schema)) return schema.map(forAjv)
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === 'const' || key === 'enum') return [key, exactData(value)]
    const exact = limits.has(key) && value instanceof Written ? exactData(value) : undefined
    return exact instanceof Written ? [inFull(key), exact] : [key, forAjv(value)]
  })
  return Object.fromEntries(entries)
}

/** Replaces Ajv's comparing keywords: they compare numbers as the output has them, to the last digit. */
function withExactNumbers(ajv: Ajv): Ajv {
  for (const [limited, { symbol, holds }] of limits) {
    ajv.removeKeyword(limited)
    for (const keyword of [limited, inFull(limited)])
      ajv.addKeyword({
        keyword,
        error: { message: ({ schema }) => `must be ${symbol} ${textOf(schema)}` },
        compile(limit: unknown) {
          return function (this: Seen, data: unknown, context?: { instancePath: string }) {
            if (typeof data !== 'number') return true
            return holds(compareDecimals(textOf(asWritten(this, data, context)), textOf(limit)))
          }
        },
      })
  }
  for (const [keyword, message] of [
    ['const', 'must be equal to constant'],
    ['enum', 'must be equal to one of the allowed values'],
  ] as const) {
    ajv.removeKeyword(keyword)
    ajv.addKeyword({
      keyword,
      error: { message },
      compile(wanted: unknown) {
        const allowed = (keyword === 'const' ? [wanted] : (wanted as unknown[])).map(oneSpelling)
        return function (this: Seen, data: unknown, context?: { instancePath: string }) {
          const found = asWritten(this, data, context)
          return allowed.some((one) => isDeepStrictEqual(one, oneSpelling(found)))
        }
      },
    })
  }
  return ajv
}

/** The context of a validation, beside the data. Ajv also validates the schema itself, without a context. */
type Seen = { exact?: unknown } | undefined

function asWritten(seen: Seen, data: unknown, context: { instancePath: string } | undefined): unknown {
  return context && seen && 'exact' in seen ? valueAt(seen.exact, context.instancePath) : data
}

function oneSpelling(value: unknown): unknown {
  if (value instanceof Written) return new Written(value.value, decimalOf(value.source))
  if (value === 0) return 0
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(oneSpelling)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, oneSpelling(item)]))
}

/** The value at a JSON Pointer (RFC 6901). */
function valueAt(document: unknown, pointer: string): unknown {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document)
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
  return errors.map(({ instancePath, message }) => `${instancePath || 'the output'} ${message}`).join('; ')
}

function tooSlow(name: string, limitMs: number): CheckError {
  return new CheckError(
    `check ${name}: validation took more than ${limitMs} ms; look for a costly pattern in the schema`,
  )
}
