import { cutShort, dropItem, dropSentence } from './completeness.ts'
import { changeDate, changeName, changeNumber, changeValue } from './facts.ts'
import { addInjection, breakJson, pad } from './form.ts'
import type { OutputMutator } from './mutator.ts'
import { hedge, invent, negate, otherLanguage, swapAntonym } from './wording.ts'

/** Every way in which answers are made worse, in the order of reports. */
export const outputMutators: readonly OutputMutator[] = [
  dropItem,
  dropSentence,
  cutShort,
  changeNumber,
  changeDate,
  changeName,
  changeValue,
  negate,
  swapAntonym,
  invent,
  hedge,
  otherLanguage,
  breakJson,
  addInjection,
  pad,
]
