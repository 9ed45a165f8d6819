import { createHash } from 'node:crypto'

/**
 * A number in [0, 1), uniform over texts and always the same for the same one: a draw that every run makes again, also
 * after its process was killed. Whoever stores what was drawn relies on it, so it must never change.
 */
export function hashedFraction(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48
}
