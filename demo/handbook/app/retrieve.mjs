import { documents } from './documents.mjs'

const found = 3

/** A page is looked up as a whole. */
function chunksOf(text) {
  return [text]
}

const chunks = documents.flatMap((page) => chunksOf(page.text).map((chunk) => ({ page, words: wordsOf(chunk) })))
const rarity = new Map()
for (const { words } of chunks) for (const word of new Set(words)) rarity.set(word, (rarity.get(word) ?? 0) + 1)

/** The pages whose words fit a question best, each once; rare words count more. */
export function retrieve(question) {
  const asked = wordsOf(question)
  const scored = chunks.map(({ page, words }) => {
    const hits = asked.filter((word) => words.includes(word))
    const score = hits.reduce((sum, word) => sum + Math.log(1 + chunks.length / (rarity.get(word) ?? 1)), 0)
    return { page, score: score / Math.sqrt(words.length) }
  })
  const best = new Set()
  for (const { page } of scored.toSorted((a, b) => b.score - a.score)) if (best.size < found) best.add(page)
  return [...best]
}

function wordsOf(text) {
  return text.toLowerCase().match(/[a-z0-9-]+/g) ?? []
}
