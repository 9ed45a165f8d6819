import { distance } from 'fastest-levenshtein'

/** The candidate that was probably meant: at most a third of the word differs, or letters changed places. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; edits: number } | undefined
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    const limit = Math.max(
      sameLetters(word, candidate) ? 2 : 1,
      Math.floor(Math.max(word.length, candidate.length) / 3),
    )
    if (edits <= limit && edits < candidate.length && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, edits }
    }
  }
  return best?.candidate
}

function sameLetters(a: string, b: string): boolean {
  return [...a.toLowerCase()].sort().join('') === [...b.toLowerCase()].sort().join('')
}

/** `; did you mean "x"?`, else `; known: a, b`, else nothing. */
export function hint(word: string, candidates: readonly string[]): string {
  const meant = suggest(word, candidates)
  if (meant !== undefined) return `; did you mean "${meant}"?`
  return candidates.length === 0 ? '' : `; known: ${candidates.join(', ')}`
}
