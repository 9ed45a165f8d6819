import type { LogDraft } from '../../records/outcome.ts'
import { type ArmOf, armMetrics, type Span } from './arm-metrics.ts'
import { logRecordOf } from './log-records.ts'
import { attributesOf, type Metric, nanoseconds } from './otlp.ts'

/** The sender of telemetry. */
interface Sender {
  /** `service.name` */
  service: string
  /** Version of Sluice. */
  version: string
}

/** The bodies of the OTLP requests to `/v1/logs` and `/v1/metrics`. */
export interface Payload {
  logs: object
  metrics: object
}

export interface PayloadContext extends Sender {
  span: Span
  armOf?: ArmOf
  /** Entries that were dropped since the last payload because too many waited. */
  dropped: number
}

/** Makes of log entries the bodies that are sent to an OpenTelemetry collector. */
export function telemetryFrom(
  entries: readonly LogDraft[],
  { span, armOf, dropped, service, version }: PayloadContext,
): Payload {
  const resource = { attributes: attributesOf({ 'service.name': service }) }
  const scope = { name: 'sluice', version }
  const metrics = [...armMetrics(entries, span, armOf), ...(dropped > 0 ? [droppedMetric(dropped, span)] : [])]
  return {
    logs: { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: entries.map(logRecordOf) }] }] },
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] },
  }
}

function droppedMetric(dropped: number, { from, to }: Span): Metric {
  const point = {
    startTimeUnixNano: nanoseconds(from),
    timeUnixNano: nanoseconds(to),
    asDouble: dropped,
    attributes: [],
  }
  return {
    name: 'sluice.telemetry.dropped',
    unit: '{entry}',
    description: 'Entries that were not exported because too many waited.',
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] },
  }
}
