import { jsonIn } from '../../../json.ts'
import { drawSome } from '../seeded.ts'
import type { Spots } from './mutator.ts'

/** A part of a text. */
export interface Passage {
  start: number
  text: string
}

/** The places that a pattern finds, in their order. */
export function placesOf(text: string, pattern: RegExp): Passage[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, text: match[0] }))
}

/** Puts another text at some of the places; a place whose text stays the same does not count as one. */
export function replaceSome(
  text: string,
  places: readonly Passage[],
  { most, random }: Spots,
  replacement: (place: Passage) => string,
): string {
  const chosen = drawSome(places, most, random)
  let changed = text
  for (const place of [...chosen].reverse()) {
    changed = changed.slice(0, place.start) + replacement(place) + changed.slice(place.start + place.text.length)
  }
  return changed
}

/** The sentences of a text with the space after each; an item of a list is a sentence too. */
export function sentencesOf(text: string): Passage[] {
  return placesOf(text, /[^\s][^\n]*?(?:[.!?](?=\s|$)|(?=\n|$))\s*/g)
}

/**
 * Changes the prose of an output. In JSON that is the texts of more than one word, so that the form stays whole; any
 * other output is prose as it is.
 */
export function inProse(output: string, change: (text: string) => string): string {
  const parsed = parsedJson(output)
  if (parsed === undefined) return change(output)
  let changed = output
  for (const text of new Set(textsIn(parsed))) {
    if (!/\s/.test(text)) continue
    const after = change(text)
    // A text that is written with other escapes than usual is left alone.
    if (after !== text) changed = changed.replace(JSON.stringify(text), () => JSON.stringify(after))
  }
  return changed
}

/** The value of an output that is a JSON object or list; undefined for any other. */
export function parsedJson(output: string): unknown {
  return /^\s*[[{]/.test(output) ? jsonIn(output) : undefined
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(textsIn)
}

/** Sentences of three words or more: headings and single words are none. */
export function fullSentencesOf(text: string): Passage[] {
  return sentencesOf(text).filter((place) => place.text.trim().split(/\s+/).length >= 3 && !/:\s*$/.test(place.text))
}
