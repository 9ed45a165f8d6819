/** The JSON form of the OpenTelemetry protocol (opentelemetry-proto 1.x), as far as it is sent here. */

type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { doubleValue: number }
  /** 64 bits, hence as text. */
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

/** What is unknown has no attribute. Whole numbers are integers, all others doubles. */
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

/** The last ms whose nanoseconds fit into the 64 bits that the protocol has. */
const lastMs = 18_446_744_073_709

/** ms since the epoch in nanoseconds, as text. A time that the protocol cannot say is the nearest that it can. */
export function nanoseconds(ms: number): string {
  const within = Number.isNaN(ms) ? 0 : Math.min(lastMs, Math.max(0, Math.round(ms)))
  return String(BigInt(within) * 1_000_000n)
}
