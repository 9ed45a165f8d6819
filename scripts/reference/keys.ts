/** As much of JSON Schema as the schemas of Sluice's files use. */
export interface JsonSchema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  pattern?: string
  format?: string
  minLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  default?: unknown
  description?: string
  examples?: unknown[]
}

/** One key of a file, with all that a reader has to know of it. */
export interface Key {
  /** From the top of the file, e.g. `gate.margin`, `providers.<name>.kind` or `notify[].slack.urlEnv`. */
  path: string
  /** The last part of the path. */
  name: string
  schema: JsonSchema
  isRequired: boolean
  /** In plain words, without the default. */
  meaning: string
  /** As the file would have it, or in words; undefined where there is none. */
  standard: string | undefined
  examples: unknown[]
}

/** How the keys of a map whose keys are the reader's own are called in a path. */
const ownNames: Record<string, string> = { prices: '<model>', retirements: '<model>' }

/** The keys of an object, those within them after each. `within` decides which keys are opened. */
export function keysOf(schema: JsonSchema, at = '', within: (path: string) => boolean = () => true): Key[] {
  return objectsIn(schema).flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, inner]) => {
      const path = at === '' ? name : `${at}.${name}`
      const key = keyOf(path, name, inner, required.includes(name))
      return within(path) ? [key, ...keysWithin(inner, path, within)] : [key]
    }),
  )
}

function keysWithin(schema: JsonSchema, path: string, within: (path: string) => boolean): Key[] {
  const name = ownNames[path] ?? '<name>'
  const alternatives = [schema, ...(schema.anyOf ?? [])]
  return [
    ...keysOf(schema, path, within),
    ...alternatives.flatMap(({ items }) => (items === undefined ? [] : keysWithin(items, `${path}[]`, within))),
    ...alternatives.flatMap(({ additionalProperties: each }) =>
      typeof each === 'object' ? keysOf(each, `${path}.${name}`, within) : [],
    ),
  ]
}

/** The alternatives of a schema that are objects with keys of a fixed name. */
function objectsIn(schema: JsonSchema): JsonSchema[] {
  return [schema, ...(schema.anyOf ?? [])].filter(({ properties }) => properties !== undefined)
}

/** `The floor (default 0.85).` taken apart; the default may be in words: `(default: that of the gate)`. */
const withDefault = /^(.*?) \(default:? ((?:[^()]|\([^()]*\))*)\)\.$/s

function keyOf(path: string, name: string, schema: JsonSchema, isRequired: boolean): Key {
  const { description = '', examples = [] } = schema
  const [, meaning, standard] = withDefault.exec(description) ?? []
  return { path, name, schema, isRequired, meaning: meaning ? `${meaning}.` : description, standard, examples }
}
