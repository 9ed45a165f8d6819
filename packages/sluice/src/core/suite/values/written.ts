/** `JSON.rawJSON` exists in every Node from 22 on, but not yet in the type library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * A number or a boolean whose text in its file is another than JSON would give its value: `1.10`, `04109`, `1e3`,
 * `12345678901234567890`, `True`. Where it becomes text the text is `source`; in JSON it is the number as it was
 * written, or that text where JSON has no such number.
 */
export class Written {
  readonly value: number | boolean
  readonly source: string

  constructor(value: number | boolean, source: string) {
    this.value = value
    this.source = source
  }

  toJSON(): unknown {
    if (typeof this.value === 'boolean') return this.value
    return isJsonNumber(this.source) ? rawJSON(this.source) : this.source
  }
}

/** The value of a scalar that stands as `source` in a file; wrapped only where JSON would write it in another way. */
export function scalarAs(value: number | boolean, source: string): number | boolean | Written {
  return JSON.stringify(value) === source ? value : new Written(value, source)
}

export function isJsonNumber(text: string): boolean {
  return jsonNumber.test(text)
}

/**
 * A value as text, for a prompt or a comparison. A text is itself; anything else is JSON, with scalars as in its file.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Written ? value.source : JSON.stringify(value)
}

/**
 * The value as plain data for code that counts with it. A number that would become another one, and one that JSON
 * cannot write, is its text.
 */
export function plainData(value: unknown): unknown {
  return unwrapped(value, ({ value: scalar, source }) => {
    if (typeof scalar === 'boolean') return scalar
    return isJsonNumber(source) && isExact(scalar, source) ? scalar : source
  })
}

/** The value in which only numbers that a JavaScript number cannot hold stay wrapped; -0 becomes 0. */
export function exactData(value: unknown): unknown {
  return unwrapped(value, (written) => {
    const { value: scalar, source } = written
    if (scalar === 0 && isExact(scalar, source)) return 0
    return typeof scalar === 'boolean' || isExact(scalar, source) ? scalar : written
  })
}

/** The value with JavaScript's numbers, however near they come to what was written. */
export function nearestData(value: unknown): unknown {
  return unwrapped(value, ({ value: scalar }) => scalar)
}

/** The value with every wrapped scalar replaced; the same object where there is none. */
function unwrapped(value: unknown, change: (written: Written) => unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Written) return change(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => unwrapped(item, change))
    return items.some((item, index) => !Object.is(item, value[index])) ? items : value
  }
  const entries = Object.entries(value).map(([key, item]) => [key, item, unwrapped(item, change)] as const)
  if (entries.every(([, before, after]) => Object.is(before, after))) return value
  return Object.fromEntries(entries.map(([key, , after]) => [key, after]))
}

/** Whether a number is what its text says, to the last digit. */
function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && (!isJsonNumber(source) || decimalOf(source) === decimalOf(String(value)))
}

/**
 * A JSON number in one spelling for each value, e.g. `125e-1` for 12.50 and 1.25e1, so that numbers of any length can
 * be compared by their texts. Other texts are themselves.
 */
export function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === '') return text
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.slice(0, endOfSignificant(digits))
  if (significant === '') return '0'
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)
  return `${sign}${significant}e${power}`
}

/** By a loop: a regular expression for zeros at the end takes quadratic time where many of them stand in the middle. */
function endOfSignificant(digits: string): number {
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  return end
}

/** Which of two JSON numbers is the greater, to the last digit: below 0, 0, or above 0. */
export function compareDecimals(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)]
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.magnitude !== b.magnitude) return a.magnitude > b.magnitude ? a.sign : -a.sign
  const length = Math.max(a.digits.length, b.digits.length)
  return a.sign * Number(a.digits.padEnd(length, '0') > b.digits.padEnd(length, '0') || -(a.digits !== b.digits))
}

/** The sign, the digits without zeros around them, and how many of them stand before the point. */
function partsOf(text: string) {
  const [, minus = '', digits = '', power = '0'] = /^(-?)(\d+)(?:e(-?\d+))?$/.exec(decimalOf(text)) ?? []
  if (digits === '0') return { sign: 0, digits: '', magnitude: 0n }
  return { sign: minus === '' ? 1 : -1, digits, magnitude: BigInt(power) + BigInt(digits.length) }
}
