/** How much of production is judged, in percent; without `canaryPercent` as much of a canary as of the others. */
interface JudgedShares {
  percent: number
  canaryPercent?: number | undefined
}

/**
 * Which answers are judged, by the live settings.
 * @example `10 % of the answers`
 * @example `50 % of the answers of a canary, 0 % of the others`
 */
export function judgedAnswers({ percent, canaryPercent = percent }: JudgedShares): string {
  if (canaryPercent === percent) return `${percent} % of the answers`
  return `${canaryPercent} % of the answers of a canary, ${percent} % of the others`
}
