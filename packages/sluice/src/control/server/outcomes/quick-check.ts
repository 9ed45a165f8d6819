import type { z } from 'zod'

/** True where a value is certainly good as it stands; false says nothing about it. */
export type QuickCheck = (value: unknown) => boolean

type Def = z.core.$ZodTypeDef
type Inner = { _zod: { def: Def } }

const unsure: QuickCheck = () => false

/**
 * Made of a schema of flat objects, or alternatives of such: true only where the schema would return the same value. A
 * schema takes several times as long, since it makes a new object and collects faults. Whatever is rare, such as a key that
 * it does not name, is left to the schema; so is all of a kind of schema that is not known here.
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
    // A key that holds undefined may count as given or not: that is for the schema.
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

/** What the type asks for, then each of its checks; a type with a format is itself one of them. */
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
