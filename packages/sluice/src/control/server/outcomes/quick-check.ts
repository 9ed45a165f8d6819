import type { z } from 'zod'

/** True if a value is certainly valid and unchanged by its schema. False says nothing. */
export type QuickCheck = (value: unknown) => boolean

type Def = z.core.$ZodTypeDef
type Inner = { _zod: { def: Def } }

const unsure: QuickCheck = () => false

/**
 * A quick check for a schema of flat objects, or a union of such schemas. It is true only if the schema would return
 * the same value. The schema takes several times as long, since it makes a new object and collects faults. For rare
 * values, e.g. with an unknown key, and for schema types that are not known here, the check is false.
 */
export function quickCheck({ _zod: { def } }: z.ZodType): QuickCheck {
  if (def.type === 'object') return ofObject((def as z.core.$ZodObjectDef).shape)
  if (def.type !== 'union') return unsure
  const alternatives = (def as z.core.$ZodUnionDef).options.map((option) => quickCheck(option as z.ZodType))
  return (value) => alternatives.some((check) => check(value))
}

function ofObject(shape: Readonly<Record<string, Inner>>): QuickCheck {
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, ofField(field)]))
  const needed = [...fields].filter(([, check]) => !check(undefined)).map(([name]) => name)
  return (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
    const held = value as Record<string, unknown>
    // Only the schema knows whether a key with the value undefined counts as given.
    for (const name in held) if (held[name] === undefined || fields.get(name)?.(held[name]) !== true) return false
    for (const name of needed) if (held[name] === undefined) return false
    return true
  }
}

function ofField({ _zod: { def } }: Inner): QuickCheck {
  switch (def.type) {
    case 'optional':
      return orMissing(ofField((def as z.core.$ZodOptionalDef).innerType))
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'unknown':
      return allOf((value) => value !== undefined, def)
    case 'enum':
      return among(Object.values((def as z.core.$ZodEnumDef).entries))
    case 'literal':
      return among((def as z.core.$ZodLiteralDef<z.core.util.Literal>).values)
    case 'string':
      return allOf((value) => typeof value === 'string', def)
    case 'number':
      return allOf(Number.isFinite, def)
    default:
      return unsure
  }
}

function orMissing(check: QuickCheck): QuickCheck {
  return (value) => value === undefined || check(value)
}

function among(values: readonly unknown[]): QuickCheck {
  return (value) => value !== undefined && values.includes(value)
}

/** The check of the type, then each further check of the schema. A type with a format is itself a check. */
function allOf(isOfType: QuickCheck, def: Def & { format?: string }): QuickCheck {
  const own = def.format === undefined ? [] : [def]
  const more = (def.checks ?? []).map(({ _zod }) => _zod.def)
  const tests = [isOfType, ...[...own, ...more].map((one) => ofCheck(one as unknown as CheckDef))]
  return (value) => {
    for (const test of tests) if (!test(value)) return false
    return true
  }
}

interface CheckDef {
  check?: string
  value: number
  inclusive: boolean
  minimum: number
  maximum: number
  pattern: RegExp
  format?: string
  fn(value: unknown): unknown
  tx(value: unknown): unknown
}

function ofCheck({ check, value: bound, inclusive, minimum, maximum, pattern, format, fn, tx }: CheckDef): QuickCheck {
  switch (check) {
    case 'greater_than':
      return inclusive ? (value) => Number(value) >= bound : (value) => Number(value) > bound
    case 'less_than':
      return inclusive ? (value) => Number(value) <= bound : (value) => Number(value) < bound
    case 'min_length':
      return (value) => String(value).length >= minimum
    case 'max_length':
      return (value) => String(value).length <= maximum
    case 'number_format':
      return format === 'safeint' ? Number.isSafeInteger : unsure
    case 'string_format':
      return format === 'regex' && pattern.flags === '' ? (value) => pattern.test(String(value)) : unsure
    case 'custom':
      return (value) => fn(value) === true
    case 'overwrite':
      return (value) => tx(value) === value
    default:
      return unsure
  }
}
