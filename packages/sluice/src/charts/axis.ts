import type { Html } from '../text/markup.ts'
import { ticksThatFit } from './labels.ts'
import type { ChartScale } from './scale.ts'
import { svgElement, widthShare } from './svg.ts'

/** A scale across the width of a picture, in percent, so that a picture grows without its text. */
export interface Axis extends ChartScale {
  /** Place of a value, e.g. `12.5%`. */
  at(value: number): string
  /** Width of a span of values, e.g. `3%`. */
  span(from: number, to: number): string
}

export function axisOf(scale: ChartScale): Axis {
  return {
    ...scale,
    at: (value) => widthShare(scale.place(value)),
    span: (from, to) => widthShare(Math.max(0, scale.place(to) - scale.place(from))),
  }
}

/** The labels of an axis at a height, as many as stand apart where the picture is no wider than `narrowest` pixels. */
export function axisLabels(scale: ChartScale, y: number, narrowest = 280): Html[] {
  return ticksThatFit(scale, narrowest).map(({ share, label, anchor }) =>
    svgElement('text', { class: 'tick', x: widthShare(share), y, 'text-anchor': anchor }, label),
  )
}
