import { drawOne } from '../seeded.ts'
import type { OutputMutator } from './mutator.ts'
import { fullSentencesOf, inProse, parsedJson, placesOf, replaceSome } from './places.ts'

const verbs =
  /\b(?:is|are|was|were|has|have|had|can|could|will|would|must|should|does|do|did|may|might)\b(?! not\b|n['’]t\b)|\b(?:is|are|was|were|has|have|can|could|will|would|must|should|does|do|did) not\b|\b(?:cannot|no longer|not|never)\b|\bno (?=\p{L})/giu

export const negate: OutputMutator = {
  name: 'negate',
  does: 'says the opposite of what it said',
  needs: 'a verb such as is, has, will or must, or a true or false',
  askedBy: /support|faithful|correct|accura|true|fact|contradict|consistent|opposite/i,
  question: {
    id: 'faithful',
    ask: 'Is every claim of the answer supported by the input, and none turned into its opposite?',
  },
  mutate: (output, spots) => {
    const words = inProse(output, (text) =>
      replaceSome(text, placesOf(text, verbs), spots, (place) => opposite(place.text)),
    )
    if (words !== output || parsedJson(output) === undefined) return words
    return replaceSome(output, placesOf(output, /\b(?:true|false)\b(?<=:\s*(?:true|false))/g), spots, (place) =>
      place.text === 'true' ? 'false' : 'true',
    )
  },
}

function opposite(words: string): string {
  const lower = words.toLowerCase()
  if (lower === 'cannot') return 'can'
  if (lower === 'no longer') return 'still'
  if (lower === 'not' || lower === 'never') return 'indeed'
  if (lower.startsWith('no ')) return 'every '
  if (lower.endsWith(' not')) return words.slice(0, -4)
  return `${words} not`
}

export const hedge: OutputMutator = {
  name: 'hedge',
  does: 'is unsure of what it knew',
  needs: 'a sentence',
  askedBy: /hedg|\bsure|certain|definite|clear|vague|confiden|direct/i,
  question: {
    id: 'definite',
    ask: 'Does the answer state what the input says without doubts of its own (perhaps, it seems, possibly)?',
  },
  mutate: (output, spots) =>
    inProse(output, (text) => replaceSome(text, fullSentencesOf(text), spots, (place) => doubtful(place.text))),
}

function doubtful(sentence: string): string {
  const [, marker = '', rest = sentence] = /^((?:[-*•]|\d+[.)])\s+)?(.*)$/s.exec(sentence) ?? []
  return `${marker}It may be, though it is not certain, that perhaps ${rest}`
}

export const otherLanguage: OutputMutator = {
  name: 'language',
  does: 'is in another language',
  needs: 'a sentence in English',
  askedBy: /language|english|translat/i,
  question: { id: 'language', ask: 'Is the whole answer written in the language that was asked for?' },
  mutate: (output, spots) =>
    inProse(output, (text) =>
      replaceSome(
        text,
        fullSentencesOf(text).filter((place) => german(place.text) !== place.text),
        spots,
        (place) => german(place.text),
      ),
    ),
}

/** The commonest words of English text. Word by word is no good German, but nobody takes it for English. */
const dictionary: Record<string, string> = {
  ...{
    the: 'die',
    a: 'ein',
    an: 'ein',
    and: 'und',
    or: 'oder',
    of: 'von',
    to: 'zu',
    in: 'in der',
    on: 'auf',
    at: 'bei',
  },
  ...{ by: 'bis', for: 'für', from: 'aus', with: 'mit', is: 'ist', are: 'sind', was: 'war', were: 'waren', has: 'hat' },
  ...{
    have: 'haben',
    will: 'wird',
    would: 'würde',
    can: 'kann',
    must: 'muss',
    should: 'soll',
    not: 'nicht',
    no: 'kein',
  },
  ...{ that: 'dass', this: 'diese', it: 'es', they: 'sie', she: 'sie', he: 'er', we: 'wir', you: 'Sie', their: 'ihre' },
  ...{ her: 'ihre', his: 'seine', our: 'unsere', before: 'vor', after: 'nach', until: 'bis', who: 'wer', what: 'was' },
  ...{
    wants: 'möchte',
    asks: 'bittet',
    send: 'senden',
    sends: 'sendet',
    says: 'sagt',
    new: 'neue',
    two: 'zwei',
    one: 'eine',
  },
  ...{ customer: 'Kunde', order: 'Bestellung', invoice: 'Rechnung', date: 'Datum', week: 'Woche', today: 'heute' },
}

function german(sentence: string): string {
  let count = 0
  const changed = sentence.replace(/\b[a-z]+\b/gi, (word) => {
    const other = dictionary[word.toLowerCase()]
    if (other === undefined) return word
    count += 1
    return other
  })
  return count >= 2 ? changed : sentence
}

const opposites = [
  ['increase', 'decrease'],
  ['increased', 'decreased'],
  ['more', 'less'],
  ['higher', 'lower'],
  ['high', 'low'],
  ['before', 'after'],
  ['first', 'last'],
  ['early', 'late'],
  ['above', 'below'],
  ['accept', 'reject'],
  ['accepted', 'rejected'],
  ['approve', 'deny'],
  ['approved', 'denied'],
  ['open', 'closed'],
  ['agree', 'disagree'],
  ['agreed', 'disagreed'],
  ['success', 'failure'],
  ['successful', 'failed'],
  ['buy', 'sell'],
  ['start', 'end'],
  ['starts', 'ends'],
  ['add', 'remove'],
  ['added', 'removed'],
  ['positive', 'negative'],
  ['internal', 'external'],
  ['always', 'never'],
  ['with', 'without'],
  ['all', 'none'],
  ['same', 'different'],
  ['new', 'old'],
  ['large', 'small'],
  ['good', 'bad'],
  ['easy', 'difficult'],
  ['possible', 'impossible'],
  ['include', 'exclude'],
  ['includes', 'excludes'],
  ['including', 'excluding'],
  ['likely', 'unlikely'],
  ['able', 'unable'],
  ['important', 'unimportant'],
  ['up', 'down'],
  ['short', 'long'],
  ['cheap', 'expensive'],
  ['free', 'paid'],
  ['public', 'private'],
  ['senior', 'junior'],
  ['improve', 'worsen'],
  ['support', 'oppose'],
  ['offer', 'refuse'],
  ['offers', 'refuses'],
  ['asks', 'refuses'],
  ['allow', 'forbid'],
  ['allowed', 'forbidden'],
  ['sent', 'received'],
  ['send', 'keep'],
  ['wants', 'refuses'],
] as const

/** Words with the one that means the opposite. */
export const antonyms: ReadonlyMap<string, string> = new Map(
  opposites.flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
)

export const swapAntonym: OutputMutator = {
  name: 'antonym',
  does: 'has a word that means the opposite',
  needs: 'a word with an opposite, such as before, more, approved',
  askedBy: /support|faithful|correct|accura|true|fact|contradict|consistent|opposite/i,
  question: {
    id: 'faithful',
    ask: 'Is every claim of the answer supported by the input, and none turned into its opposite?',
  },
  mutate: (output, spots) =>
    inProse(output, (text) => {
      const places = placesOf(text, /\b[A-Za-z]+\b/g).filter((place) => antonyms.has(place.text.toLowerCase()))
      return replaceSome(text, places, spots, (place) => {
        const other = antonyms.get(place.text.toLowerCase()) ?? place.text
        return /^[A-Z]/.test(place.text) ? other.charAt(0).toUpperCase() + other.slice(1) : other
      })
    }),
}

const inventions = [
  'A discount of 15 % was agreed on top of that.',
  'The head of department has already confirmed this in writing.',
  'This has to be settled with the legal team by the end of the month.',
  'It is the third time this year that this has happened.',
]

export const invent: OutputMutator = {
  name: 'invent',
  does: 'says something that nobody said',
  needs: 'a sentence',
  askedBy: /support|faithful|invent|hallucinat|made up|only what|add/i,
  question: { id: 'faithful', ask: 'Is every claim of the answer supported by the input, with nothing added?' },
  mutate: (output, spots) =>
    inProse(output, (text) =>
      replaceSome(text, fullSentencesOf(text), spots, (place) => {
        const end = place.text.trimEnd()
        const invented = drawOne(inventions, spots.random) ?? ''
        return `${end}${/[.!?]$/.test(end) ? '' : '.'} ${invented}${place.text.slice(end.length)}`
      }),
    ),
}
