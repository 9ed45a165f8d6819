import { isVersion } from './read-snapshot.ts'
import { kindOf } from './unit.ts'

const types = {
  string: 'token instance referenceKey',
  object: 'fallbacks clock',
  function: 'onDiagnostic fetch random newId',
}
/** By the least; timers of more than 2^31 - 1 ms are over at once. */
const numbers = ['flushMs recordMs', 'maxStaleMs heartbeatMs pollMs silenceMs queueCapacity batchSize']

/** @throws TypeError naming the first option that is no good, and what it should be */
export function checkOptions(options: unknown): void {
  const given = Object(options) as Record<string, unknown>
  const check = (name: string, expected: string, holds: (value: unknown) => boolean, value = given[name]) => {
    if (value !== undefined && !holds(value))
      throw new TypeError(`SluiceClient: ${name} must be ${expected}, not ${kindOf(value)}`)
  }
  check('url', 'an address such as http://127.0.0.1:4050', isAddress, given.url ?? null)
  for (const [type, names] of Object.entries(types))
    for (const name of names.split(' ')) check(name, `a ${type}`, (value) => typeof (value ?? undefined) === type)
  for (const [least, names] of numbers.entries())
    for (const name of names.split(' '))
      check(
        name,
        `a number from ${least} to 2147483647`,
        (value) => Number.isFinite(value) && Number(value) >= least && Number(value) < 2 ** 31,
      )
  check('token', 'one line of ASCII', (value) => /^[!-~]*$/.test(String(value).trim()))
  for (const [feature, version] of Object.entries(given.fallbacks ?? {}))
    check(`fallbacks.${feature}`, 'a prompt version', isVersion, version ?? null)
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^@?#]+$/.test(value) && URL.canParse(value)
}
