import assert from 'node:assert/strict'

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

export const variance = (values: readonly number[]) => {
  const middle = mean(values)
  return mean(values.map((value) => (value - middle) ** 2))
}

export function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)
}
