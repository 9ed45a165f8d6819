import fc from 'fast-check'

const surrogates = { first: 0xd800, count: 0x800 }

/**
 * Any character of Unicode, as the unit of `fc.string`. With its own unit `binary` the same texts come, but to make the first
 * one it lists all the million characters, which takes a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat({ max: 0x10ffff - surrogates.count })
  .map((index) => String.fromCodePoint(index < surrogates.first ? index : index + surrogates.count), indexOf)

/** Tells fast-check which texts consist of such characters: it mixes those in that often do harm, such as `__proto__`. */
function indexOf(value: unknown): number {
  const code = typeof value === 'string' ? value.codePointAt(0) : undefined
  if (code === undefined || String.fromCodePoint(code) !== value || !value.isWellFormed())
    throw new Error('not one character')
  return code < surrogates.first ? code : code - surrogates.count
}
