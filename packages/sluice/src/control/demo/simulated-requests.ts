/** What a simulated user sends. Every text says that it is made up. */
export interface SimulatedRequest {
  /** The variables of the prompt. */
  input: Record<string, string>
  /** What it is about, as the answer says it. */
  opening: string
  /** What a whole answer must hold, line by line: the input has the same lines. */
  needed: readonly string[]
}

/** What is wrong with an answer. */
export type Flaw = 'none' | 'loses' | 'invents' | 'wordy'

/** Begins every simulated answer, so that a picture of one alone still says it. */
const answerMark = '[simulated]'
/** What stands in an answer that loses what was needed: the simulated judge quotes it. */
export const vagueSentence = 'Some things are still open.'
export const filler = 'To say the same once more, and at greater length, so that nobody can miss it:'

/** Draws one of a list; `uniform` gives numbers in [0,1). */
export function anyOf<T extends readonly [unknown, ...unknown[]]>(list: T, uniform: () => number): T[number] {
  return list[Math.floor(uniform() * list.length)] ?? list[0]
}

const people = [
  ['Nora Lindt', 'nora@harbour.example'],
  ['Piotr Zielinski', 'piotr@norrwick.example'],
  ['Grace Adeyemi', 'grace@norrwick.example'],
  ['Lucia Ferrante', 'lucia@ostia.example'],
  ['Sam Okafor', 'sam@brightwater.example'],
] as const

const subjects = [
  'the renewal of the harbour contract',
  'the move to the new warehouse',
  'the audit in March',
  'offer 3381',
  'the delayed delivery of pallet 12',
  'the training of the night shift',
] as const

const tasks = [
  'send the signed contract to Lena by Friday',
  'book the small room for 14 March',
  'pay invoice 4471 by the 20th',
  'call the carrier about pallet 12 before noon',
  'update the inventory by tonight',
  'ask legal for the new clause by Wednesday',
  'send three calibration sheets as PDF by Thursday',
  'extend offer 3381 to the end of October',
  'invite the night shift for Tuesday at 6',
  'return the old power supply by Monday',
] as const

/** An e-mail to be summarised. */
export function simulatedMail(uniform: () => number): SimulatedRequest {
  const [name, address] = anyOf(people, uniform)
  const subject = anyOf(subjects, uniform)
  const needed = someOf(tasks, 2 + Math.floor(3 * uniform()), uniform)
  const email = [
    '(simulated e-mail)',
    `From: ${name} <${address}>`,
    `Subject: ${subject}`,
    '',
    `Hello all, we spoke about ${subject} on Monday. Please take care of what is still open:`,
    ...needed.map((task) => `- ${task}`),
    `Thank you, ${name}`,
  ]
  return { input: { email: email.join('\n') }, opening: `${name} writes about ${subject}.`, needed }
}

const questions = [
  ['I want to send the kettle back that came yesterday.', 'A return'],
  ['My parcel has not arrived, and the tracking has stood still since Tuesday.', 'A late parcel'],
  ['The invoice names my old address. Can you change it?', 'An invoice'],
  ['How do I use two vouchers for one order?', 'Two vouchers'],
] as const

const rules = [
  'a return is free within 30 days',
  'a refund takes 5 working days',
  'a parcel without news for 7 days is sent again',
  'an invoice can be changed within 14 days',
  'an order takes 1 voucher only',
  'the help line is open from 8 to 18',
] as const

/** A question to the support, with the rules that apply to it. */
export function simulatedQuestion(uniform: () => number): SimulatedRequest {
  const [question, about] = anyOf(questions, uniform)
  const needed = someOf(rules, 2 + Math.floor(2 * uniform()), uniform)
  const article = ['(simulated help page)', ...needed.map((rule) => `- ${rule}`)].join('\n')
  return { input: { question: `(simulated customer) ${question}`, article }, opening: `${about}: thank you.`, needed }
}

const parts = [
  'the notice period is 3 months',
  'the fee is 1,200 EUR a year',
  'the contract ends on 31 December',
  'the place of jurisdiction is Hamburg',
  'the contract renews by 1 year',
] as const

/** A contract, or pages that were found, of which some lines are wanted. */
export function simulatedDocument(uniform: () => number): SimulatedRequest {
  const needed = someOf(parts, 2 + Math.floor(3 * uniform()), uniform)
  const text = ['(simulated document)', ...needed.map((part) => `- ${part}`)].join('\n')
  return { input: { text }, opening: 'What the document says.', needed }
}

function someOf(list: readonly string[], count: number, uniform: () => number): string[] {
  const left = [...list]
  return Array.from({ length: Math.min(count, list.length) }, () => {
    const [taken = ''] = left.splice(Math.floor(uniform() * left.length), 1)
    return taken
  })
}

/** The text of an answer with this flaw. */
export function answerText({ opening, needed }: SimulatedRequest, flaw: Flaw): string {
  const lines = needed.map((line) => `- ${line}`)
  const start = `${answerMark} ${opening}`
  if (flaw === 'loses') return [start, ...lines.slice(0, needed.length > 3 ? 1 : 0), vagueSentence].join('\n')
  if (flaw === 'invents') return [start, ...lines, '- confirm all of it in writing by yesterday'].join('\n')
  if (flaw === 'wordy') return [start, ...lines, filler, ...lines].join('\n')
  return [start, ...lines].join('\n')
}
