import type { Label, LabelledOutput, LabelVerdict } from '../../records/label.ts'
import { outputKey } from './label-files.ts'
import type { CurrentLabel } from './read-labels.ts'

/** One question to a labeller. It tells neither which version wrote the output nor what the judge says. */
export interface LabelQuestion {
  case: string
  item: string
  /** The question of the rubric item. */
  ask: string
  /** SHA-256 of variables, reference and question, as they are shown now. */
  material: string
  /** The output, with where it comes from; the latter is written down and not shown. */
  answer: LabelledOutput
  /** What the question is about, each with its title; mostly the output alone. */
  parts: readonly { title: string; text: string }[]
  /** With which it was drawn; null where nobody drew it. */
  probability: number | null
  /** The variables of the case, by name. */
  input: Readonly<Record<string, string>>
  /** The reference of the case. */
  expected?: string
}

/** What a labeller can do, by the same keys in the page and in the terminal. */
export const labelActions = ['yes', 'no', 'unclear', 'skip', 'undo', 'back', 'forward'] as const
export type LabelAction = (typeof labelActions)[number]

/** Where the labeller stands. */
export interface LabellingView {
  /** Undefined once every question has an answer or was skipped. */
  question?: LabelQuestion | undefined
  /** 1-based. */
  position: number
  questions: number
  /** What this labeller has said of the question shown, if anything. */
  given: LabelVerdict | undefined
  /** How many of the questions this labeller has answered. */
  answered: number
  canUndo: boolean
}

/** One labeller's way through the questions. Each answer is on the disk before the next question is shown. */
export interface Labelling {
  view(): LabellingView
  /**
   * Does what a key says, one action after the other. False, with nothing done, for an answer to another question than
   * the one at `position`, which is what the labeller has seen.
   */
  act(action: LabelAction, position: number): Promise<boolean>
  /** The labels that this labeller has in force now. */
  own(): CurrentLabel[]
}

export interface LabellingOptions {
  labeller: string
  questions: readonly LabelQuestion[]
  /** What this labeller has said before, in the order in which it was said. */
  before: readonly CurrentLabel[]
  /** The keys of the texts that are kept already. */
  keptOutputs: Iterable<string>
  sawJudge: boolean
  /** Appends to the file of texts. Resolves when they are on the disk. */
  keepOutput: (output: LabelledOutput) => Promise<void>
  /** Appends to the file of labels. Resolves when the label is on the disk. */
  keepLabel: (label: Label) => Promise<void>
  /** In ms since the epoch. */
  now: () => number
}

/** Goes on where the labeller left off: at the first question without an answer. */
export function startLabelling(options: LabellingOptions): Labelling {
  const { labeller, questions, sawJudge, now } = options
  const indexes = new Map(questions.map((question, index) => [questionKey(question), index]))
  const inForce = new Map(options.before.map((label) => [labelKey(label), label]))
  const kept = new Set(options.keptOutputs)
  const skipped = new Set<number>()
  /** What undo takes back, the last action last. */
  const done: { index: number; before: LabelVerdict | undefined; isSkip: boolean }[] = []
  for (const label of options.before) {
    const index = indexes.get(labelKey(label))
    if (index !== undefined) done.push({ index, before: undefined, isSkip: false })
  }
  const givenAt = (index: number) => {
    const question = questions[index]
    return question && inForce.get(questionKey(question))?.verdict
  }
  const nextOpen = (from: number) => {
    const order = [...questions.keys()]
    const open = (index: number) => givenAt(index) === undefined && !skipped.has(index)
    return order.slice(from).find(open) ?? order.find(open) ?? questions.length
  }
  let current = nextOpen(0)

  const write = async (index: number, verdict: LabelVerdict | undefined) => {
    const question = questions[index]
    if (!question) return
    const { case: id, item, answer, probability, material } = question
    if (!kept.has(outputKey(answer))) await options.keepOutput(answer)
    kept.add(outputKey(answer))
    const label: Label = {
      case: id,
      item,
      verdict: verdict ?? null,
      labeller,
      kind: 'human',
      output: answer.output,
      probability,
      at: new Date(now()).toISOString(),
      version: answer.version,
      sawJudge,
      material,
    }
    await options.keepLabel(label)
    inForce.delete(questionKey(question))
    if (verdict !== undefined) inForce.set(questionKey(question), { ...label, verdict })
  }
  const undo = async () => {
    const last = done.at(-1)
    if (!last) return
    if (last.isSkip) skipped.delete(last.index)
    else await write(last.index, last.before)
    done.pop()
    current = last.index
  }
  const perform = async (action: LabelAction, position: number) => {
    if (action === 'undo') await undo()
    else if (action === 'back') current = Math.max(0, current - 1)
    else if (action === 'forward') current = Math.min(questions.length, current + 1)
    else if (position !== current + 1 || current >= questions.length) return false
    else {
      const before = givenAt(current)
      if (action === 'skip') skipped.add(current)
      else await write(current, action)
      done.push({ index: current, before, isSkip: action === 'skip' })
      current = nextOpen(current + 1)
    }
    return true
  }
  let queue: Promise<unknown> = Promise.resolve()
  return {
    view() {
      const answered = [...questions.keys()].filter((index) => givenAt(index) !== undefined).length
      const given = givenAt(current)
      const place = { question: questions[current], position: current + 1, questions: questions.length }
      return { ...place, given, answered, canUndo: done.length > 0 }
    },
    act(action, position) {
      const work = queue.then(() => perform(action, position))
      queue = work.catch(() => undefined)
      return work
    },
    own: () => [...inForce.values()],
  }
}

const questionKey = ({ case: id, item, answer }: LabelQuestion) => labelKey({ case: id, item, output: answer.output })

export function labelKey(place: { case: string; item: string; output: string }): string {
  return `${outputKey(place)}\n${place.item}`
}
