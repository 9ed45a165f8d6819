/** A linear axis across the width of a picture, in percent, so that a picture grows without its text. */
export interface Axis {
  /** Place of a value, e.g. `12.5%`. */
  at(value: number): string
  /** Width of a span of values, e.g. `3%`. */
  span(from: number, to: number): string
  ticks: number[]
  low: number
  high: number
}

export function axisOf(low: number, high: number, wantedTicks = 6): Axis {
  const extent = high - low
  const percent = (share: number) => `${Number((share * 100).toFixed(3))}%`
  return {
    at: (value) => percent((value - low) / extent),
    span: (from, to) => percent(Math.max(0, to - from) / extent),
    ticks: ticksOf(low, high, wantedTicks),
    low,
    high,
  }
}

/** Round numbers from low to high, about as many as wanted. */
function ticksOf(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const ticks: number[] = []
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toFixed(digits)))
  }
  return ticks
}
