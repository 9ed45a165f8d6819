import { z } from 'zod'

const mostValues = 1000

export const sampleSchema = z.strictObject({ seen: z.int(), every: z.int(), values: z.array(z.number()) })

/** A regular sample of what was seen: of every so many observations one was taken. */
export type Sample = z.output<typeof sampleSchema>

export function newSample(): Sample {
  return { seen: 0, every: 1, values: [] }
}

/** Adds an observation, in place. */
export function addToSample(sample: Sample, value: number): void {
  if (sample.seen % sample.every === 0) sample.values.push(value)
  sample.seen += 1
  if (sample.values.length < mostValues) return
  sample.values = sample.values.filter((_, index) => index % 2 === 0)
  sample.every *= 2
}

export function quantileOf({ values }: Sample, q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
