import { invalidResults, type Scale, shortLine, type ToolScore } from './tool-results.ts'

/** A mean that a tool has computed may be off by this much in its last digits. */
const rounding = 1e-9

/**
 * The scores from 0 to 1.
 * @throws SluiceError `invalid-input` where one lies outside of the scale: none is ever cut to fit it
 */
export function scaleScores(scores: readonly ToolScore[], scale: Scale | undefined, name: string): ToolScore[] {
  const { worst, best } = scale ?? { worst: 0, best: 1 }
  const scaled = scores.map((score) => {
    if (score.value === undefined) return score
    const value = (score.value - worst) / (best - worst)
    const isInside = value >= -rounding && value <= 1 + rounding
    return { ...score, value: isInside ? Math.min(1, Math.max(0, value)) : Number.NaN }
  })
  const outside = scores.filter((_, index) => Number.isNaN(scaled[index]?.value))
  if (outside.length > 0) throw outsideOf(scale, outside, { scores, name })
  return scaled
}

function outsideOf(
  scale: Scale | undefined,
  outside: readonly ToolScore[],
  { scores, name }: { scores: readonly ToolScore[]; name: string },
) {
  const values = scores.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  const [first] = outside
  const which = `${outside.length} of ${values.length} scores, the first ${first?.value} of "${shortLine(first?.name ?? first?.identity ?? '', 60)}"`
  if (scale !== undefined)
    return invalidResults(
      `${name}: outside of --scale ${scale.worst},${scale.best}: ${which}; they lie from ${least} to ${most}`,
    )
  return invalidResults(
    `${name}: not from 0 to 1: ${which}; they lie from ${least} to ${most}. Say what the worst and the best score is, e.g. --scale 1,5`,
  )
}
