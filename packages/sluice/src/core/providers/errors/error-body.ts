import { jsonIn } from '../../../json.ts'

/** The parts of an error's body. */
export interface ErrorBody {
  /** Its message; the whole body if its form is not known. */
  message: string
  /** Its codes, types, statuses and reasons, in lower case. Quoted input is never among them. */
  codes: ReadonlySet<string>
  /** Headers that a gateway passes on inside the body, by their lower-case names. */
  headers: ReadonlyMap<string, string>
}

/** The code for a daily `quotaId` of Google, such as `GenerateRequestsPerDayPerProjectPerModel-FreeTier`. */
export const perDayQuota = 'quota-per-day'

/** Fields in which providers nest the parts of an error. */
const nests = [
  'violations',
  'error',
  'errors',
  'detail',
  'innererror',
  'details',
  'metadata',
  'provider_specific_fields',
]
const codeFields = ['code', 'type', 'status', 'reason', 'error_type']
const messageFields = ['message', 'error', 'detail', 'msg']
const deepest = 5

/** Reads the body of an error. Each provider nests it in another way. */
export function readErrorBody(body: string): ErrorBody {
  const parts = partsOf(jsonIn(body))
  const texts = parts.flatMap((part) => messageFields.map((field) => part[field]))
  const codes = parts.flatMap((part) => codeFields.map((field) => part[field]))
  const isCode = (value: unknown) => typeof value === 'string' && /^[\w .-]{1,80}$/.test(value)
  return {
    message: texts.find((text) => typeof text === 'string' && text !== '')?.toString() ?? body,
    codes: new Set([
      ...codes.filter(isCode).map((code) => String(code).toLowerCase()),
      ...(parts.some(({ quotaId }) => typeof quotaId === 'string' && quotaId.includes('PerDay')) ? [perDayQuota] : []),
    ]),
    headers: new Map(parts.flatMap((part) => headersIn(part.headers))),
  }
}

type Part = Record<string, unknown>

/** The object of an error and the objects inside it, outer ones first. */
function partsOf(value: unknown, depth = 0): Part[] {
  if (depth > deepest || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => partsOf(item, depth + 1))
  const part = value as Part
  const nested = nests.flatMap((name) => partsOf(part[name], depth + 1))
  return [part, ...nested]
}

function headersIn(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([name, text]) => [name.toLowerCase(), String(text)])
}
