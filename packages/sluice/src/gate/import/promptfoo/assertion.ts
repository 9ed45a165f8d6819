import type { Fidelity } from '../fidelity.ts'
import type { CheckEntry, RubricEntry } from '../imported.ts'
import type { ScriptFiles } from './script-module.ts'

/** One assertion of promptfoo, with everything that stands around it applied. */
export interface Assertion {
  /** Without `not-`. */
  type: string
  isInverse: boolean
  value: unknown
  threshold?: number | undefined
  /** 0 for one that passes by itself. */
  weight: number
  /** A failure fails the whole test. */
  isMust: boolean
  metric?: string | undefined
  /** JavaScript that changes the output before, in order. */
  transforms: string[]
  place: string
}

/** What an assertion may refer to. */
export interface AssertionSite {
  /** All variables of the test. */
  vars: Readonly<Record<string, unknown>>
  scripts: ScriptFiles
  /** The content behind `file://`: text, or data of YAML and JSON. */
  load(reference: string): Promise<unknown>
}

/** What an assertion has become. */
export interface Translation {
  checks: CheckEntry[]
  rubric: RubricEntry[]
  outcome: Fidelity
  note: string
}

export const same = (checks: CheckEntry[], note = ''): Translation => ({ checks, rubric: [], outcome: 'same', note })

export const approximated = (checks: CheckEntry[], note: string): Translation => {
  return { checks, rubric: [], outcome: 'approximated', note }
}

export const dropped = (note: string): Translation => ({ checks: [], rubric: [], outcome: 'dropped', note })
