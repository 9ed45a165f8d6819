/** The part of OpenTelemetry's JSON protocol (opentelemetry-proto 1.x) that is sent here. */

type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { doubleValue: number }
  /** A text, since it has 64 bits. */
  | { intValue: string }

export interface Attribute {
  key: string
  value: AnyValue
}

export interface LogRecord {
  timeUnixNano: string
  observedTimeUnixNano: string
  severityNumber: number
  severityText: string
  eventName: string
  attributes: Attribute[]
}

interface NumberPoint {
  startTimeUnixNano?: string
  timeUnixNano: string
  asDouble: number
  attributes: Attribute[]
}

export interface Metric {
  name: string
  unit: string
  description: string
  sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: NumberPoint[] }
  gauge?: { dataPoints: NumberPoint[] }
}

export type AttributeValue = string | number | boolean | null | undefined

/** Unknown values have no attribute. Whole numbers are integers, all others doubles. */
export function attributesOf(values: Readonly<Record<string, AttributeValue>>): Attribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** The last ms whose nanoseconds fit into the protocol's 64 bits. */
const lastMs = 18_446_744_073_709

/** Converts ms since the epoch to nanoseconds, as text. A time outside the protocol's range becomes the nearest one. */
export function nanoseconds(ms: number): string {
  const within = Number.isNaN(ms) ? 0 : Math.min(lastMs, Math.max(0, Math.round(ms)))
  return String(BigInt(within) * 1_000_000n)
}
