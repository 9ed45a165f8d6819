import type { Random } from '../../../stats/index.ts'
import { drawOne } from '../seeded.ts'
import type { OutputMutator, Spots } from './mutator.ts'
import { inProse, parsedJson, placesOf, replaceSome } from './places.ts'

const faithful = {
  id: 'faithful',
  ask: 'Is every claim of the answer supported by the input, with the same numbers, dates and names?',
}
const factual = /support|faithful|correct|accura|true|fact|invent|match|consistent|hallucinat|contradict|wrong/i

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const monthNames = months.map((month) => (month === 'May' ? month : `${month}|${month.slice(0, 3)}`)).join('|')
/** Days and times of day. */
export const dates: RegExp = new RegExp(
  [
    String.raw`\b\d{4}-\d{2}-\d{2}\b`,
    String.raw`\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:${monthNames})\b`,
    String.raw`\b(?:${monthNames})\.? \d{1,2}\b(?!\d)`,
    String.raw`\b(?:${weekdays.join('|')})\b`,
    String.raw`\b(?:tomorrow|today|tonight|yesterday|next week|this week)\b`,
    String.raw`\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b`,
  ].join('|'),
  'gi',
)
/** A number that is no part of a word, of a date or of the numbering of a list. */
const numbers = /(?<![\p{L}\d.,:/-])\d+(?:[.,]\d+)*(?![\p{L}\d:/-]|[.)]\s)/gu

export const changeNumber: OutputMutator = {
  name: 'number',
  does: 'has another number',
  needs: 'a number',
  askedBy: new RegExp(`${factual.source}|number|amount|figure|total|price|detail`, 'i'),
  question: faithful,
  mutate: (output, spots) =>
    inProse(output, (text) => {
      const taken = placesOf(text, dates)
      const free = placesOf(text, numbers).filter(
        ({ start }) => !taken.some((date) => start >= date.start && start < date.start + date.text.length),
      )
      return replaceSome(text, free, spots, (place) => otherNumber(place.text, spots.random))
    }),
}

export const changeDate: OutputMutator = {
  name: 'date',
  does: 'has another day or time',
  needs: 'a day or a time',
  askedBy: new RegExp(`${factual.source}|date|day|when|deadline|time`, 'i'),
  question: faithful,
  mutate: (output, spots) =>
    inProse(output, (text) =>
      replaceSome(text, placesOf(text, dates), spots, (place) => otherDate(place.text, spots.random)),
    ),
}

export const changeName: OutputMutator = {
  name: 'name',
  does: 'has the name of somebody else',
  needs: 'a name of two words, or a capitalised word inside a sentence',
  askedBy: new RegExp(`${factual.source}|name|owner|who|person`, 'i'),
  question: faithful,
  mutate: (output, spots) => inProse(output, (text) => withOtherNames(text, spots)),
}

/** The number with one digit changed, the first most likely: a small change of a large number would not matter. */
function otherNumber(number: string, random: Random): string {
  const digits = placesOf(number, /\d/g)
  const place = digits[Math.floor(random.uniform() ** 2 * digits.length)]
  if (!place) return number
  const digit = (Number(place.text) + 1 + Math.floor(random.uniform() * 8)) % 10
  const safe = digit === 0 && place.start === 0 ? (place.text === '5' ? 6 : 5) : digit
  return number.slice(0, place.start) + safe + number.slice(place.start + 1)
}

function otherDate(date: string, random: Random): string {
  const weekday = weekdays.find((day) => day.toLowerCase() === date.toLowerCase())
  if (weekday)
    return (
      drawOne(
        weekdays.filter((day) => day !== weekday),
        random,
      ) ?? date
    )
  const iso = /^(\d{4}-\d{2}-)(\d{2})$/.exec(date)
  if (iso) return `${iso[1]}${String(otherFrom1(Number(iso[2]), 28, random)).padStart(2, '0')}`
  const clock = /^(\d{1,2})([:.]\d{2})$/.exec(date)
  if (clock) return `${otherFrom1(Number(clock[1]), 23, random)}${clock[2]}`
  if (/\d/.test(date)) return date.replace(/\d+/, (day) => String(otherFrom1(Number(day), 28, random)))
  const others: Record<string, string> = {
    tomorrow: 'next month',
    today: 'next Thursday',
    tonight: 'next month',
    yesterday: 'last year',
  }
  return others[date.toLowerCase()] ?? 'next year'
}

/** Another whole number from 1 to `most`. */
function otherFrom1(number: number, most: number, random: Random): number {
  const step = 1 + Math.floor(random.uniform() * (most - 1))
  return number < 1 || number > most ? step : ((number - 1 + step) % most) + 1
}

const strangers = ['Jordan Ellis', 'Tomasz Wilk', 'Priya Raman', 'Lena Hoffmann', 'Marcus Oyelaran', 'Sofia Lindqvist']
const names = /(?<=[\p{Ll},;:)] )\p{Lu}\p{Ll}{2,}(?: \p{Lu}\p{Ll}{2,})?|\b\p{Lu}\p{Ll}{2,} \p{Lu}\p{Ll}{2,}\b/gu
const noNames = new Set([...months, ...months.map((month) => month.slice(0, 3)), ...weekdays])

/** Replaces names, each wherever it occurs, as an answer would that mixes two people up. */
function withOtherNames(text: string, { most, random }: Spots): string {
  const found = [...new Set(placesOf(text, names).map((place) => place.text))].filter(
    (name) => !name.split(' ').some((word) => noNames.has(word)) && !strangers.includes(name),
  )
  let changed = text
  for (const name of found.toSorted(() => random.uniform() - 0.5).slice(0, most)) {
    const stranger = drawOne(strangers, random) ?? ''
    changed = changed.replaceAll(name, name.includes(' ') ? stranger : (stranger.split(' ')[1] ?? stranger))
  }
  return changed
}

export const changeValue: OutputMutator = {
  name: 'value',
  does: "has another answer's value in a field",
  needs: 'JSON with a word, or a true or false, in a field that differs between cases',
  askedBy: factual,
  question: { id: 'fields', ask: 'Does every field of the answer have the value that the input calls for?' },
  mutate: (output, { others, ...spots }) => {
    const field = /"(?:[^"\\]|\\.)+"\s*:\s*(?:"[^"\\\s]+"|true|false)/g
    if (parsedJson(output) === undefined) return output
    const seen = others.flatMap((other) => placesOf(other, field).map((place) => place.text))
    const choices = (place: { text: string }) => {
      const key = keyOf(place.text)
      return seen.filter((one) => keyOf(one) === key && compact(one) !== compact(place.text))
    }
    const places = placesOf(output, field).filter((place) => choices(place).length > 0)
    return replaceSome(
      output,
      places,
      { ...spots, others },
      (place) => drawOne(choices(place), spots.random) ?? place.text,
    )
  },
}

function keyOf(field: string): string {
  return field.slice(0, field.search(/"\s*:/))
}

function compact(field: string): string {
  return field.replace(/\s+/g, '')
}
