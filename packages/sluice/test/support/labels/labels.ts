import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { JudgedOutput, Label, LabelledOutput } from '../../../src/records/label.ts'

/** A label of a person on the text `fine`, with changes. */
export function label(changes: Partial<Label> = {}): Label {
  return {
    case: 'a',
    item: 'actions',
    verdict: 'yes',
    labeller: 'ann',
    kind: 'human',
    output: outputHash('fine'),
    probability: 0.25,
    at: '2026-11-26T10:00:00.000Z',
    version: null,
    sawJudge: false,
    ...changes,
  }
}

export function output(text = 'fine', changes: Partial<LabelledOutput> = {}): LabelledOutput {
  return { output: outputHash(text), case: 'a', version: null, text, repeat: 1, candidate: true, ...changes }
}

export function judged(changes: Partial<JudgedOutput> = {}): JudgedOutput {
  const at = '2026-11-26T11:00:00.000Z'
  return {
    judge: 'j1',
    case: 'a',
    item: 'actions',
    output: outputHash('fine'),
    verdict: 'no',
    repeat: 1,
    at,
    ...changes,
  }
}

export function jsonLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
