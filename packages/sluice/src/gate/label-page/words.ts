import type { LabelVerdict } from '../../records/label.ts'

/** What a label is called in the page and in the terminal. */
export const verdictNames: Record<LabelVerdict, string> = { yes: 'yes', no: 'no', unclear: 'the rubric does not say' }

export function givenText(given: LabelVerdict): string {
  return `you said: ${verdictNames[given]}`
}

/** What comes after the labels. */
export function calibrateCommand(feature: string): string {
  return `sluice judge calibrate ${feature}`
}
