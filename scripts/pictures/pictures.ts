/** A picture of docs/images that `npm run screenshots` takes. */
export interface Picture {
  name: string
  /** Of the window, in CSS pixels. */
  width: number
  /** The height of the window, or what the picture ends below. */
  end: number | string
  dark?: boolean
}

/** Of the demo's failing gate. */
export const gatePictures = {
  report: { name: 'report', width: 1000, end: 940 },
  openCase: { name: 'report-case', width: 1000, end: 760, dark: true },
  narrow: { name: 'report-narrow', width: 360, end: 760 },
  comment: { name: 'comment', width: 840, end: 1050 },
} as const satisfies Record<string, Picture>

/** Of the pages of `sluice serve --demo`, whose canary goes bad. */
export const demoPictures = {
  overview: { name: 'overview', width: 1280, end: '.scroll' },
  rollout: { name: 'rollout', width: 1000, end: '.chart-figure' },
  darkRollout: { name: 'rollout-dark', width: 1000, end: '.chart-figure', dark: true },
  feature: { name: 'feature', width: 1000, end: '.chart-figure' },
  applied: { name: 'applied', width: 1000, end: '.grid' },
} as const satisfies Record<string, Picture>

/** CSS pixels of the pages of the control plane are drawn by so many of the picture. */
export const demoScale = 1.5

export const pictures: readonly Picture[] = [...Object.values(gatePictures), ...Object.values(demoPictures)]
