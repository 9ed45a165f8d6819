import { z } from 'zod'
import { readAs, Unreadable } from './unreadable.ts'

/** A span, whatever wrote it down. */
export interface ReportedSpan {
  id: string | null
  parentId: string | null
  name: string
  attributes: ReadonlyMap<string, unknown>
  /** In ms since the epoch; null where it is not told. */
  start: number | null
  end: number | null
  /** What its status or an exception says; null where it did not fail. */
  error: string | null
}

const text = z.string().nullish()
const anything = z.unknown().optional()
const attributesSchema = z.union([
  z.array(z.looseObject({ key: z.string(), value: anything })),
  z.record(z.string(), z.unknown()),
])

const spanSchema = z.looseObject({
  name: text,
  spanId: text,
  span_id: text,
  id: text,
  context: z.looseObject({ span_id: text, spanId: text }).nullish(),
  parentSpanId: text,
  parent_span_id: text,
  parent_id: text,
  parentId: text,
  parentSpanContext: z.looseObject({ spanId: text }).nullish(),
  attributes: attributesSchema.nullish(),
  status: z.looseObject({ code: anything, status_code: anything, message: anything, description: anything }).nullish(),
  events: z.array(z.looseObject({ name: text, attributes: attributesSchema.nullish() })).nullish(),
})

const holderSchema = z.looseObject({
  resourceSpans: z.array(z.unknown()).nullish(),
  scopeSpans: z.array(z.unknown()).nullish(),
  instrumentationLibrarySpans: z.array(z.unknown()).nullish(),
  spans: z.array(z.unknown()).nullish(),
})

/**
 * All spans of what was exported: OTLP as JSON (`resourceSpans`), a list of such, or a list of spans as the SDKs print
 * them. Attributes may be a map or OTLP's list of keys and typed values.
 * @throws Unreadable
 */
export function readSpans(value: unknown): ReportedSpan[] {
  const items = Array.isArray(value) ? value : [value]
  return items.flatMap((item) => {
    const { resourceSpans, scopeSpans, instrumentationLibrarySpans, spans } = readAs(holderSchema, item)
    const held = resourceSpans ?? scopeSpans ?? instrumentationLibrarySpans ?? spans
    return held ? readSpans(held) : [readSpan(item)]
  })
}

/** The attribute under the first of these names that is there. */
export function attributeOf({ attributes }: ReportedSpan, names: readonly string[]): unknown {
  return names.map((name) => attributes.get(name)).find((value) => value != null)
}

export function textAttribute(span: ReportedSpan, names: readonly string[]): string | null {
  const value = attributeOf(span, names)
  return typeof value === 'string' ? value : null
}

function readSpan(item: unknown): ReportedSpan {
  const span = readAs(spanSchema, item)
  const { context, parentSpanContext } = span
  const attributes = attributeMap(span.attributes)
  return {
    id: span.spanId ?? span.span_id ?? context?.span_id ?? context?.spanId ?? span.id ?? null,
    parentId:
      span.parentSpanId || span.parent_span_id || span.parent_id || parentSpanContext?.spanId || span.parentId || null,
    name: span.name ?? '',
    attributes,
    ...timesOf(span),
    error: errorOf(span, attributes),
  }
}

function attributeMap(attributes: z.output<typeof attributesSchema> | null | undefined): Map<string, unknown> {
  if (!attributes) return new Map()
  if (!Array.isArray(attributes)) return new Map(Object.entries(attributes))
  return new Map(attributes.map(({ key, value }) => [key, typedValue(value)]))
}

const typedSchema = z.looseObject({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.number().optional(),
  arrayValue: z.looseObject({ values: z.array(z.unknown()).nullish() }).optional(),
  kvlistValue: z
    .looseObject({ values: z.array(z.looseObject({ key: z.string(), value: anything })).nullish() })
    .optional(),
})

/** A value of OTLP, which names its type: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function typedValue(value: unknown): unknown {
  const typed = typedSchema.safeParse(value)
  if (!typed.success) return value
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = typed.data
  if (arrayValue) return (arrayValue.values ?? []).map(typedValue)
  if (kvlistValue) return Object.fromEntries(attributeMap(kvlistValue.values ?? []))
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue))
}

function errorOf(
  { status, events }: z.output<typeof spanSchema>,
  attributes: ReadonlyMap<string, unknown>,
): string | null {
  const code = status?.code ?? status?.status_code
  const kind = attributes.get('error.type')
  const isFailed = code === 2 || (typeof code === 'string' && /^(?:status_code_)?error$/i.test(code)) || kind != null
  if (!isFailed) return null
  const exception = events?.findLast(({ name }) => name === 'exception')
  const detail = status?.message || status?.description || attributeMap(exception?.attributes).get('exception.message')
  return String(detail || kind || 'failed, without a message')
}

/** Start and end under the names of OTLP, of the SDKs, and of the console exporter, which counts in microseconds. */
function timesOf(span: Record<string, unknown>): Pick<ReportedSpan, 'start' | 'end'> {
  const start = timeOf(span.startTimeUnixNano ?? span.start_time_unix_nano ?? span.startTime ?? span.start_time)
  const end = timeOf(span.endTimeUnixNano ?? span.end_time_unix_nano ?? span.endTime ?? span.end_time)
  if (start !== null) return { start, end }
  const { timestamp, duration } = span
  if (typeof timestamp !== 'number') return { start: null, end: null }
  return { start: timestamp / 1000, end: typeof duration === 'number' ? (timestamp + duration) / 1000 : null }
}

/** Nanoseconds as a number or in digits, [seconds, nanoseconds], or a date in words; in ms since the epoch. */
function timeOf(value: unknown): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(BigInt(value) / 1000n) / 1000
  if (typeof value === 'number') return value / 1e6
  const pair = z.tuple([z.number(), z.number()]).safeParse(value)
  if (pair.success) return pair.data[0] * 1000 + pair.data[1] / 1e6
  const ms = typeof value === 'string' || value instanceof Date ? new Date(value).getTime() : Number.NaN
  if (Number.isNaN(ms)) throw new Unreadable(`has a time that cannot be read: ${JSON.stringify(value)}`)
  return ms
}
