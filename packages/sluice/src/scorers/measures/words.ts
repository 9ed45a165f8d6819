/**
 * The number of words: runs without white space that hold a letter or a digit in any script, so `don't`, `state-of-the-art`
 * and `12.5%` are one each and a lone dash is none. Scripts written without spaces, such as Chinese or Thai, count as
 * one word up to the next space: limit those with `maxChars`.
 */
export function countWords(text: string): number {
  return text.split(/\s+/u).filter((token) => /[\p{L}\p{N}]/u.test(token)).length
}
