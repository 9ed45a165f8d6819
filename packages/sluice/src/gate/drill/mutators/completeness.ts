import { drawSome } from '../seeded.ts'
import type { OutputMutator } from './mutator.ts'
import { fullSentencesOf, inProse, parsedJson, placesOf, replaceSome } from './places.ts'

const asksForAll =
  /every|each|\ball\b|complete|missing|omit|leave out|list|state|mention|cover|include|contain|say what/i
const complete = {
  id: 'complete',
  ask: 'Does the answer state everything that the input asks for or decides, and leave nothing out?',
}

/** An item with the lines that belong to it. */
const items = /^[ \t]*(?:[-*•]|\d+[.)])[ \t]+[^\n]*(?:\n(?![ \t]*(?:[-*•]|\d+[.)])[ \t])[ \t]+[^\n]+)*(?:\n|$)/gm

export const dropItem: OutputMutator = {
  name: 'drop-item',
  does: 'lacks an item of its list',
  needs: 'a list',
  askedBy: asksForAll,
  question: complete,
  mutate: (output, spots) => {
    const shorter = inProse(output, (text) => replaceSome(text, placesOf(text, items), spots, () => '').trimEnd())
    return shorter === output.trimEnd() ? withoutElements(output, spots) : shorter
  },
}

/** Takes elements out of the lists of JSON. */
function withoutElements(output: string, { most, random }: Parameters<OutputMutator['mutate']>[1]): string {
  const parsed = parsedJson(output)
  const lists = listsIn(parsed)
  if (lists.length === 0) return output
  const elements = lists.flatMap((list) => list.map((element) => ({ list, element })))
  for (const { list, element } of drawSome(elements, most, random)) list.splice(list.indexOf(element), 1)
  return JSON.stringify(parsed, undefined, output.includes('\n') ? 2 : undefined)
}

function listsIn(value: unknown): unknown[][] {
  if (value === null || typeof value !== 'object') return []
  const inside = Object.values(value).flatMap(listsIn)
  return Array.isArray(value) && value.length > 0 ? [value, ...inside] : inside
}

export const dropSentence: OutputMutator = {
  name: 'drop-sentence',
  does: 'lacks a sentence',
  needs: 'two sentences',
  askedBy: asksForAll,
  question: complete,
  mutate: (output, spots) =>
    inProse(output, (text) => {
      const sentences = fullSentencesOf(text).filter((place) => !/^(?:[-*•]|\d+[.)])\s/.test(place.text))
      if (sentences.length < 2) return text
      const most = Math.min(spots.most, sentences.length - 1)
      return replaceSome(text, sentences, { ...spots, most }, (sentence) =>
        /\n\s*$/.test(sentence.text) ? '\n' : '',
      ).trimEnd()
    }),
}

export const cutShort: OutputMutator = {
  name: 'truncate',
  does: 'ends too early',
  needs: 'eight words',
  askedBy: asksForAll,
  question: complete,
  mutate: (output, spots) =>
    inProse(output, (text) => {
      const words = placesOf(text, /\S+/g)
      if (words.length < 8) return text
      const kept = Math.floor(words.length * (spots.most === 1 ? 0.5 + 0.2 * spots.random.uniform() : 0.25))
      return text.slice(0, words[kept]?.start).trimEnd()
    }),
}
