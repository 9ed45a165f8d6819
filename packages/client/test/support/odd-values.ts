import fc from 'fast-check'

/** What a fuzzed application throws, returns in a rejected promise, or hides behind a getter. */
export const planted: readonly unknown[] = [
  new Error('planted'),
  'a text',
  7,
  Symbol('planted'),
  Object.create(null),
  { toString: () => fail() },
  Object.defineProperty(new Error('with a message that throws'), 'message', { get: () => fail() }),
]
/** Thrown out of getters and traps. */
export const trap = new Error('out of a trap')

function fail(): never {
  throw trap
}

const everything = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail }

function circular(): object {
  const value: Record<string, unknown> = {}
  value.self = [value]
  return value
}

function deep(levels: number): object {
  let value = {}
  for (let level = 0; level < levels; level += 1) value = { value }
  return value
}

/** Made anew for each use, since some can be used once. */
const makers: readonly (() => unknown)[] = [
  ...[undefined, null, true, false, 0, -0, 1, -1, 1.5, 7, 1e21, 1e200, 2 ** 53, Number.NaN].map((value) => () => value),
  ...[Number.POSITIVE_INFINITY, 7n, -(2n ** 70n), Symbol('s'), Symbol.iterator].map((value) => () => value),
  ...['', ' ', '7', '__proto__', 'constructor', 'toString', '\0', 'a\0b', '\ud800', '\udc00x', '💥'].map(
    (text) => () => text,
  ),
  ...['x'.repeat(1024), 'x'.repeat(1025), 'ﷺ'.repeat(4001)].map((text) => () => text),
  () => 'x'.repeat(1_100_000),
  () => ({ text: 'x'.repeat(500_000) }),
  () => new Number(7),
  () => new String('ann'),
  () => new Boolean(false),
  () => new Date(0),
  () => new Date(Number.NaN),
  () => /x/,
  () => new Map([['error', 'x']]),
  () => new Set([1]),
  () => new Uint8Array(8),
  () => new Error('an error'),
  () => [],
  () => [{ latencyMs: 1 }],
  () => ({}),
  () => Object.create(null),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {}}}'),
  () => ({ toString: fail, valueOf: fail, toJSON: fail }),
  () => ({ toJSON: () => 'a text' }),
  () => new Proxy({}, everything),
  () => new Proxy(() => 1, { apply: fail, get: fail }),
  () => circular(),
  () => deep(40),
  () => deep(100),
  () => deep(20_000),
  () => ({ amount: 1n, self: circular() }),
  () => () => planted[0],
  () => class Odd {},
  () => Promise.resolve('later'),
  // biome-ignore lint/suspicious/noThenProperty: a thenable that is none
  () => ({ then: fail }),
  // biome-ignore lint/suspicious/noThenProperty: a thenable that answers at once
  () => ({ then: (resolve: (value: unknown) => void) => resolve('then') }),
  () => new ReadableStream(),
  function* () {
    yield 1
  },
  async function* () {
    yield 1
  },
]

/** Something that no type allows, or that one does at its very edge; each call of it makes a new one. */
export const odd: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...makers) },
  {
    weight: 1,
    arbitrary: fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 2 }).map((value) => () => value),
  },
)

/** A record of these names with odd values, and now and then something else altogether. */
export function oddRecord(names: readonly string[]): fc.Arbitrary<() => unknown> {
  const entries = fc.array(fc.tuple(fc.constantFrom(...names), odd), { maxLength: 4 })
  const record = entries.map((list) => () => Object.fromEntries(list.map(([name, make]) => [name, make()])))
  return fc.oneof({ weight: 3, arbitrary: record }, { weight: 1, arbitrary: odd })
}
