import { z } from 'zod'
import { SluiceError } from '../../errors.ts'

/** Where telemetry is sent. */
export interface TelemetrySettings {
  /** Address without a slash at the end. */
  endpoint: string
  headers: Record<string, string>
  timeoutMs: number
  service: string
}

const endpoint = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
    error: 'expected an address such as http://localhost:4318',
  })
  .transform((text) => text.replace(/\/+$/, ''))

const envSchema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default('').transform(headersOf),
  OTEL_EXPORTER_OTLP_TIMEOUT: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'expected milliseconds, e.g. 10000')
    .default('10000')
    .transform(Number),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .string()
    .default('http/json')
    .refine((text) => text.startsWith('http/'), { error: 'only http/json is supported, usually at port 4318' }),
  OTEL_SERVICE_NAME: z.string().default('sluice'),
})

/**
 * The settings from OpenTelemetry's variables; undefined if no endpoint is set, so that nothing is sent. An empty
 * variable counts as not set.
 * @throws SluiceError `invalid-input` with the variable's name, but not its value, which may be a secret
 */
export function telemetrySettings(env: NodeJS.ProcessEnv): TelemetrySettings | undefined {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  if (given.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined
  const { data, error } = envSchema.safeParse(given)
  if (data === undefined) {
    const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new SluiceError('invalid-input', faults.join('\n'), { cause: error })
  }
  return {
    endpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: data.OTEL_EXPORTER_OTLP_HEADERS,
    timeoutMs: data.OTEL_EXPORTER_OTLP_TIMEOUT,
    service: data.OTEL_SERVICE_NAME,
  }
}

/** Reads `name=value,name=value` with percent-encoded values, as in W3C Baggage. */
function headersOf(text: string, context: z.RefinementCtx): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  const headers: Record<string, string> = {}
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
    const decoded = plainText(value)
    if (name === '' || decoded === undefined) {
      context.addIssue({ code: 'custom', message: 'expected name=value,name=value with percent-encoded values' })
      return z.NEVER
    }
    headers[name.toLowerCase()] = decoded
  }
  return headers
}

function plainText(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text)
    return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}
