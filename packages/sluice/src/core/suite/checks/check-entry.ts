import { z } from 'zod'
import { mostWeight } from '../../../records/rubric.ts'
import { exactlyOne, presentKeys } from '../diagnostics/exactly-one.ts'
import { commandSchema, commandWords } from '../values/command-line.ts'
import { compileExpression } from '../values/expression.ts'
import { refuseNotJson } from '../values/json-value.ts'
import { patternSchema, schemaPatternFaults } from '../values/pattern.ts'
import { textOf, Written } from '../values/written.ts'
import { type CheckSpec, type CheckType, isMeasuring } from './check-spec.ts'
import { measureChecks } from './measure-settings.ts'
import { pathSettings } from './path-settings.ts'
import { similaritySettingsSchema } from './similarity-settings.ts'
import { sqlSettingsSchema } from './sql-settings.ts'
import { asWritten, type ToolOrderSettings, trajectoryChecks } from './trajectory-settings.ts'

const text = z.string().min(1)

/** A text to compare with. A number or a boolean without quotes counts as the text in the file. */
const comparedType = { type: ['string', 'number', 'boolean'] }
const compared = z.preprocess((value) => (isScalar(value) ? textOf(value) : value), text).meta(comparedType)
/**
 * A text to look for. It must not end with the line end that a YAML block adds: it would only be found at the end of a
 * line.
 */
const sought = compared.refine((value) => !value.endsWith('\n'), {
  error: 'ends in a line end, as a block after | does; begin the block with |-',
})
const soughtList = z.array(sought).min(1)

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Written
}

const jsonSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  for (const { path, message } of schemaPatternFaults(schema)) context.addIssue({ code: 'custom', path, message })
  refuseNotJson(schema, context)
})

const expression = text.superRefine((source, context) => {
  const compiled = compileExpression(source)
  if (typeof compiled === 'string') context.addIssue({ code: 'custom', message: `not an expression: ${compiled}` })
})

/** `a.b.c`: names of elements from the outermost one. */
const elementPath = z.string().regex(/^[^\s.<>&]+(?:\.[^\s.<>&]+)*$/u, {
  error: 'expected names of elements with dots between them, from the outermost one, e.g. order.item.name',
})
const xml = z.union([
  z.literal(true),
  z.strictObject({
    elements: z
      .array(elementPath)
      .min(1)
      .meta({
        description: 'Elements that must be there, by their paths, e.g. order.item.name.',
        examples: [['order.item.name']],
      }),
  }),
])

const negatable = {
  equals: compared.meta({ ...comparedType, description: 'The output is this text.', examples: ['refund refused'] }),
  contains: sought.meta({ ...comparedType, description: 'The output contains this text.', examples: ['invoice 1182'] }),
  containsAll: soughtList.meta({
    description: 'The output contains these texts; scores the share found.',
    examples: [['invoice 1182', 'Friday']],
  }),
  containsAny: soughtList.meta({
    description: 'The output contains at least one of these texts.',
    examples: [['Friday', 'tomorrow']],
  }),
  startsWith: sought.meta({
    ...comparedType,
    description: 'The output starts with this text.',
    examples: ['Summary:'],
  }),
  endsWith: compared.meta({
    ...comparedType,
    description: 'The output ends with this text.',
    examples: ['Kind regards'],
  }),
  matches: patternSchema.meta({
    description: 'The output matches this regular expression.',
    examples: ['invoice \\d{4}'],
  }),
  equalsAny: z
    .array(compared)
    .min(1)
    .meta({ description: 'The output is one of these texts.', examples: [['yes', 'no']] }),
  json: z.literal(true).meta({ description: 'The output is JSON.', examples: [true] }),
  jsonSchema: jsonSchema.meta({
    description: 'The output is JSON that meets this JSON Schema.',
    examples: [{ type: 'object', required: ['total'] }],
  }),
  containsJson: z.union([z.literal(true), jsonSchema]).meta({
    description: 'The output contains a JSON object or list; with a JSON Schema, one that meets it.',
    examples: [{ type: 'object', required: ['total'] }, true],
  }),
  xml: xml.meta({
    description: 'The output is well-formed XML, with these elements in it.',
    examples: [{ elements: ['order.item.name'] }, true],
  }),
  containsXml: xml.meta({
    description: 'The output contains a well-formed XML element, with these elements in it.',
    examples: [{ elements: ['order.item'] }, true],
  }),
  html: z
    .literal(true)
    .meta({ description: 'The output is HTML, with no text outside of its elements.', examples: [true] }),
  containsHtml: z.literal(true).meta({ description: 'The output contains a tag of HTML.', examples: [true] }),
  sql: sqlSettingsSchema.meta({
    description: 'The output is SQL of this dialect.',
    examples: ['postgresql', { dialect: 'postgresql', tables: ['orders'] }],
  }),
  containsSql: sqlSettingsSchema.meta({
    description: 'The output, or a code fence in it, is SQL of this dialect.',
    examples: ['sqlite', { dialect: 'sqlite', tables: ['orders'] }],
  }),
  refusal: z.literal(true).meta({ description: 'The output refuses in plain words.', examples: [true] }),
  similarity: similaritySettingsSchema.meta({
    description: 'The output resembles a reference text.',
    examples: [{ to: 'The order arrives on Friday.', min: 0.6 }],
  }),
}

const others = {
  jsonPath: pathSettings('output', '$.items[0].name').meta({
    description: 'A value inside the JSON output.',
    examples: [{ path: '$.items[0].name', equals: 'pencil' }],
  }),
  minWords: z
    .int()
    .min(0)
    .meta({ description: 'The output has at least this many words.', examples: [3] }),
  maxWords: z
    .int()
    .min(0)
    .meta({ description: 'The output has at most this many words.', examples: [180] }),
  maxChars: z
    .int()
    .min(0)
    .meta({ description: 'The output has at most this many characters.', examples: [280] }),
  latencyMs: z
    .number()
    .gt(0)
    .meta({ description: 'The answer took at most so many milliseconds.', examples: [2000] }),
  costUsd: z
    .number()
    .min(0)
    .meta({ description: 'The answer cost at most so many USD.', examples: [0.01] }),
  module: text.meta({
    description: 'An own function decides: path relative to this file, optionally with #exportName.',
    examples: ['../checks/tone.ts#polite'],
  }),
  expression: expression.meta({
    description: 'A condition or a score in CEL, over output, vars, expected and json.',
    examples: ['size(output) < 280 && output.contains(vars.name)'],
  }),
  command: commandSchema.transform(commandWords).meta({
    description: 'An own program decides: it reads the answer as JSON and writes its score as JSON.',
    examples: ['python3 checks/tone.py'],
  }),
  ...measureChecks,
  ...trajectoryChecks,
  state: pathSettings('end state', '$.order.status').meta({
    description: 'A value inside the end state that the application reports.',
    examples: [{ path: '$.order.status', equals: 'refunded' }],
  }),
}

/** Apart from alternatives, which hold checks themselves. */
const valueSchemas = { ...negatable, ...others } satisfies Record<Exclude<CheckType, 'oneOf'>, z.ZodType>

const capital = (name: string) => `not${name[0]?.toUpperCase()}${name.slice(1)}`
const negations = new Map(Object.keys(negatable).map((name) => [capital(name), name]))

function optionalShape<S extends Record<string, z.ZodType>>(shape: S) {
  const entries = Object.entries(shape).map(([key, schema]) => [key, schema.exactOptional()])
  return Object.fromEntries(entries) as { [K in keyof S]: z.ZodExactOptional<S[K]> }
}

const negatedShape = Object.fromEntries(
  Object.entries(negatable).map(([name, schema]) => [
    capital(name),
    schema
      .clone()
      .meta({ description: `The opposite of ${name}.`, examples: schema.meta()?.examples })
      .exactOptional(),
  ]),
)

/** Every key that says what a check looks for, apart from alternatives. */
const plainKeys: readonly string[] = [...Object.keys(negatable), ...negations.keys(), ...Object.keys(others)]
const checkKeys = [...plainKeys, 'oneOf']

const listed = Object.keys(valueSchemas).join(', ')
const hint = `those up to ${Object.keys(negatable).at(-1)} also as e.g. notContains`
const onePlainType = exactlyOne(plainKeys, 'check', `${listed}; ${hint}`)
const oneType = exactlyOne(checkKeys, 'check', `${listed}, oneOf; ${hint}`)

const plainShape = {
  ...optionalShape(valueSchemas),
  ...negatedShape,
  name: text
    .exactOptional()
    .meta({ description: 'Name in reports (default: the check itself).', examples: ['names the invoice'] }),
  weight: z
    .number()
    .min(0)
    .max(mostWeight)
    .default(1)
    .meta({ description: 'Share in the score of the case (default 1).', examples: [2] }),
  must: z
    .boolean()
    .default(false)
    .meta({ description: 'A failure sets the case to 0 (default false).', examples: [true] }),
  caseSensitive: z
    .boolean()
    .default(false)
    .meta({ description: 'Tell a from A (default false).', examples: [true] }),
}

const noNesting = 'alternatives hold no alternatives of their own; write each whole path as one list'
const plainCheckSchema = z
  .strictObject({ ...plainShape, oneOf: z.never({ error: noNesting }).exactOptional() })
  .superRefine(onePlainType.check)
  .transform(specOf)

/**
 * A check of an alternative is any map to editors: its schema once more would double the size of those of the files.
 */
const alternative = z
  .array(z.record(z.string(), z.unknown()).pipe(plainCheckSchema))
  .min(1)
  .refine((specs) => specs.some(({ weight, must }) => weight > 0 || must), {
    error: 'counts for nothing: give one of its checks a weight above 0, or must: true',
  })

const checkEntrySchema = z
  .strictObject({
    ...plainShape,
    oneOf: z
      .array(alternative)
      .min(2, { error: 'needs two alternatives or more, each a list of checks' })
      .exactOptional()
      .meta({
        description: 'Alternatives, each of them a list of checks; the score is that of the best whole one.',
        examples: [[[{ toolOrder: { steps: ['look_up', 'refund'] } }], [{ toolCalled: { name: 'escalate' } }]]],
      }),
  })
  .superRefine(oneType.check)
  .meta({
    ...oneType.meta,
    description: 'One check of the output: exactly one kind, and how much it counts.',
    examples: [{ contains: 'invoice 1182', must: true }],
  })

type PlainEntry = Pick<CheckSpec, 'weight' | 'must' | 'caseSensitive'> & { name?: string }

/** Checks with a value of its own in each case go by one name, so that they are one line of a report. */
function defaultName(key: string, value: unknown): string {
  if (isMeasuring(key as CheckType)) return key
  const shown =
    key === 'oneOf'
      ? alternativesShown(value as CheckSpec[][])
      : JSON.stringify(key === 'toolOrder' ? asWritten(value as ToolOrderSettings) : value)
  return `${key} ${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}`
}

function alternativesShown(alternatives: readonly (readonly CheckSpec[])[]): string {
  return alternatives.map((specs) => specs.map(({ name }) => name).join(', ')).join(' | ')
}

function specOf(entry: PlainEntry): CheckSpec {
  const [key = ''] = presentKeys(entry, checkKeys)
  const value = (entry as Record<string, unknown>)[key]
  const { name = defaultName(key, value), weight, must, caseSensitive } = entry
  const negated = negations.get(key)
  const spec = { type: negated ?? key, value, negate: negated !== undefined, name, weight, must, caseSensitive }
  return spec as CheckSpec
}

/** A check as users write it, e.g. `{notMatches: "as an AI", must: true}`; parsed into its normal form. */
export const checkSchema: z.ZodType<CheckSpec, z.input<typeof checkEntrySchema>> = checkEntrySchema.transform(specOf)
