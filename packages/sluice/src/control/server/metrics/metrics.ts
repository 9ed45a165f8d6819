/** Label values by name. */
type Labels = Record<string, string>

/** One value of a gauge. */
export interface MetricSample {
  labels?: Labels
  value: number
}

/** Measurements for Prometheus. Names are given without the prefix `sluice_`. */
export interface Metrics {
  /** Raises a counter. */
  count(name: string, help: string, labels?: Labels, by?: number): void
  /** Adds a duration to a histogram. */
  time(name: string, help: string, labels: Labels, seconds: number): void
  /** Calls `read` for the present values at every scrape. If it fails, the gauge is left out. */
  gauge(name: string, help: string, read: () => readonly MetricSample[] | Promise<readonly MetricSample[]>): void
  /** All measurements in the text format 0.0.4. */
  text(): Promise<string>
}

/** The most series of one metric. Labels hold names of features and versions, which a token could invent. */
const mostSeries = 2000

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Histogram {
  buckets: number[]
  sum: number
  count: number
}

interface Family<Value> {
  help: string
  series: Map<string, Value>
}

export function createMetrics(): Metrics {
  const counters = new Map<string, Family<number>>()
  const histograms = new Map<string, Family<Histogram>>()
  const gauges = new Map<string, { help: string; read: Parameters<Metrics['gauge']>[2] }>()
  return {
    count(name, help, labels = {}, by = 1) {
      const { series } = family(counters, name, help)
      const key = seriesKey(series, labels)
      series.set(key, (series.get(key) ?? 0) + by)
    },
    time(name, help, labels, seconds) {
      const { series } = family(histograms, name, help)
      const key = seriesKey(series, labels)
      const histogram = series.get(key) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 }
      const at = bounds.findIndex((bound) => seconds <= bound)
      if (at !== -1) histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1
      series.set(key, { buckets: histogram.buckets, sum: histogram.sum + seconds, count: histogram.count + 1 })
    },
    gauge: (name, help, read) => void gauges.set(name, { help, read }),
    async text() {
      const read = [...gauges].map(async ([name, gauge]) => gaugeText(name, gauge.help, await gauge.read()))
      const settled = await Promise.allSettled(read)
      return [
        ...[...counters].map(([name, { help, series }]) => counterText(name, help, series)),
        ...[...histograms].map(([name, { help, series }]) => histogramText(name, help, series)),
        ...settled.map((result) => (result.status === 'fulfilled' ? result.value : '')),
      ].join('')
    },
  }
}

function family<Value>(families: Map<string, Family<Value>>, name: string, help: string): Family<Value> {
  const found = families.get(name)
  if (found) return found
  const made = { help, series: new Map<string, Value>() }
  families.set(name, made)
  return made
}

/** Above the limit all further series count as one, with the labels `other`. */
function seriesKey(series: ReadonlyMap<string, unknown>, labels: Labels): string {
  const key = labelText(labels)
  if (series.has(key) || series.size < mostSeries) return key
  return labelText(Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])))
}

function head(name: string, help: string, type: string): string {
  return `# HELP sluice_${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE sluice_${name} ${type}\n`
}

function counterText(name: string, help: string, series: ReadonlyMap<string, number>): string {
  return head(name, help, 'counter') + [...series].map(([labels, value]) => line(name, labels, value)).join('')
}

function gaugeText(name: string, help: string, samples: readonly MetricSample[]): string {
  const lines = samples.slice(0, mostSeries).map(({ labels = {}, value }) => line(name, labelText(labels), value))
  return head(name, help, 'gauge') + lines.join('')
}

function histogramText(name: string, help: string, series: ReadonlyMap<string, Histogram>): string {
  const lines = [...series].flatMap(([labels, { buckets, sum, count }]) => {
    let below = 0
    const rows = buckets.map((inside, at) => {
      below += inside
      return line(`${name}_bucket`, joined(labels, `le="${bounds[at]}"`), below)
    })
    const last = line(`${name}_bucket`, joined(labels, 'le="+Inf"'), count)
    return [...rows, last, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)]
  })
  return head(name, help, 'histogram') + lines.join('')
}

const joined = (labels: string, more: string) => (labels === '' ? more : `${labels},${more}`)

function labelText(labels: Labels): string {
  const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')
}

function line(name: string, labels: string, value: number): string {
  return `sluice_${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`
}

/** Numbers that are not finite are written as the text format wants it. Otherwise the whole scrape would fail. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
