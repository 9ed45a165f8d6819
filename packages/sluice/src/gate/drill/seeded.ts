import { createHash } from 'node:crypto'
import { type Random, seededRandom } from '../../stats/index.ts'

/** Random numbers that depend on the seed and on what they are for, never on the order in which things happen. */
export function randomFor(seed: number, ...purpose: (string | number)[]): Random {
  return seededRandom(
    createHash('sha256')
      .update([seed, ...purpose].join('\0'))
      .digest()
      .readUInt32BE(0),
  )
}

/** `count` of the items, or all where there are fewer, in their own order; each set is as likely as any other. */
export function drawSome<T>(items: readonly T[], count: number, random: Random): T[] {
  const order = items.map((_, index) => index)
  for (let left = order.length; left > 1; left -= 1) {
    const other = Math.floor(random.uniform() * left)
    const [a = 0, b = 0] = [order[left - 1], order[other]]
    order[left - 1] = b
    order[other] = a
  }
  const drawn = new Set(order.slice(0, Math.max(0, count)))
  return items.filter((_, index) => drawn.has(index))
}

/** One of the items. */
export function drawOne<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random.uniform() * items.length)]
}
