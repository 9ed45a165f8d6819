import { z } from 'zod'
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
  const faults = read.error.issues.map(({ path: [key], message }) =>
    typeof key === 'string' ? `${nameOf(key)} ${shown(given[key])}: ${message}` : message,
  )
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
export const wholeNumber = numberFlag('a whole number of 1 or more', (value) => Number.isInteger(value) && value >= 1)
export const usd = numberFlag('an amount in USD, such as 2.50', (value) => Number.isFinite(value) && value >= 0)
const share = numberFlag('a number from 0 to 1, such as 0.85', (value) => value >= 0 && value <= 1)

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: `expected one of ${words.join(', ')}` })
}

/** A time such as `10s`, read as ms. */
const time = z.string().transform((given, context) => {
  const { data } = duration.safeParse(given)
  if (data !== undefined) return data
  context.addIssue({ code: 'custom', message: 'expected a duration such as 10s, 4h or 90d' })
  return z.NEVER
})

/** What every command takes that asks models. */
export const sessionFlags = {
  json: set.optional(),
  reportDir: text.optional(),
  suite: text.optional(),
  concurrency: wholeNumber,
  maxWait: time.optional(),
  budgetUsd: usd.optional(),
  allowEndpoint: texts.optional(),
}

/** What overrules the settings of files about the verdict. */
export const verdictFlags = {
  threshold: share.optional(),
  margin: share.optional(),
  onInconclusive: oneOf(['tiebreak', 'block', 'warn']).optional(),
}
