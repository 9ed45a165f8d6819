import { z } from 'zod'
import { onInconclusive } from '../core/suite/config/on-inconclusive.ts'
import { SluiceError } from '../errors.ts'
import { duration } from '../records/duration.ts'

/**
 * The flags of a command as its schema reads them; a flag that the schema does not know is a fault as well.
 * @throws SluiceError `invalid-input` that names each flag, what is wrong with it, and where the flags are explained
 */
export function readFlags<Shape extends z.ZodRawShape>(
  command: string,
  shape: Shape,
  given: Record<string, unknown>,
): z.output<z.ZodObject<Shape>> {
  const read = z.strictObject(shape).safeParse(given)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path: [key, index], message }) => {
    if (typeof key !== 'string') return message
    const value = given[key]
    const faulty = Array.isArray(value) && typeof index === 'number' ? value[index] : value
    return `${nameOf(key)} ${shown(faulty)}: ${message}`
  })
  throw new SluiceError('invalid-input', [...faults, `(sluice ${command} --help explains the flags)`].join('\n'))
}

/** `budgetUsd` is what Commander calls `--budget-usd`. */
function nameOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function shown(value: unknown): string {
  return value === '' ? '""' : String(value)
}

/** A flag whose text stands for a number; a default comes as the number itself. */
function numberFlag(expected: string, isMeant: (value: number) => boolean) {
  return z.union([z.string(), z.number()]).transform((given, context) => {
    const value = String(given).trim() === '' ? Number.NaN : Number(given)
    if (isMeant(value)) return value
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })
}

export const text = z.string()
/** A flag without a value. */
export const set = z.boolean()
/** A flag that may be given several times. */
export const texts = z.array(z.string())
/** `--map question=input`, which may be given several times, reads the column `question` as `input`. */
export const columnMap = z.array(z.string().transform(columnAndField)).transform((pairs) => new Map(pairs))
export const wholeNumber = wholeNumberFrom(1)
export const positive = numberFlag('a number above 0', (value) => value > 0 && value < Infinity)
export const usd = numberFlag('an amount in USD, such as 2.50', (value) => Number.isFinite(value) && value >= 0)
export const number = numberFlag('a number', Number.isFinite)
const share = numberFlag('a number from 0 to 1', (value) => value >= 0 && value <= 1)
/** A share that is neither nothing nor everything. */
export const properShare = numberFlag('a number between 0 and 1', (value) => value > 0 && value < 1)
export const percent = numberFlag('a percentage above 0, up to 100', (value) => value > 0 && value <= 100)

function columnAndField(pair: string, context: z.core.$RefinementCtx): [string, string] {
  const [, column, field] = /^(.+)=([^=]+)$/s.exec(pair) ?? []
  if (column !== undefined && field !== undefined) return [column, field]
  context.addIssue({ code: 'custom', message: 'write column=field' })
  return z.NEVER
}

export function wholeNumberFrom(least: number, most = Infinity) {
  const expected = most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`
  return numberFlag(`a whole number ${expected}`, (value) => Number.isInteger(value) && value >= least && value <= most)
}

/** Several values in one text, separated by commas. */
export function commaSeparated<Value extends z.ZodType>(value: Value) {
  return z.preprocess(
    (given) =>
      String(given)
        .split(',')
        .map((part) => part.trim()),
    z.array(value),
  )
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: `expected one of ${words.join(', ')}` })
}

/** A time such as `10s`, read as ms; `longest` is the longest that is accepted. */
function timeUpTo(longest: string) {
  const mostMs = duration.parse(longest)
  return z.string().transform((given, context) => {
    const { data, error } = duration.safeParse(given)
    if (data !== undefined && data <= mostMs) return data
    const isForm = error?.issues.some(({ code }) => code === 'invalid_format')
    context.addIssue({
      code: 'custom',
      message: isForm ? 'expected a duration such as 10s, 4h or 90d' : `expected at most ${longest}`,
    })
    return z.NEVER
  })
}

export const time = timeUpTo('3650d')

/** What every command takes that asks models. */
export const sessionFlags = {
  json: set.optional(),
  reportDir: text.optional(),
  suite: text.optional(),
  concurrency: wholeNumber,
  maxWait: time.optional(),
  budgetUsd: usd.optional(),
  allowEndpoint: texts.optional(),
  /** Use no answer of an earlier run. */
  fresh: set.optional(),
}

/** What overrules the settings of files about the verdict. */
export const verdictFlags = {
  threshold: share.optional(),
  margin: share.optional(),
  onInconclusive: oneOf(onInconclusive).optional(),
}

/** What every command takes that talks to a control plane. */
export const remoteFlags = { url: text.optional(), json: set.optional() }

/** What every command takes that changes what applications get. */
export const releaseFlags = {
  ...remoteFlags,
  reason: text,
  /** How long to wait until all instances have confirmed; the control plane waits no longer than a minute. */
  wait: timeUpTo('60s'),
}

/** What every command takes whose release may need approval. */
export const approvalFlags = { propose: set.default(false), breakGlass: text.optional() }
