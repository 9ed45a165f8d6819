/**
 * Several JSON texts as one value of a statement. JSON writes line breaks in texts as escapes, so that nothing else needs to be
 * escaped, as each of the many quotes would be in an array.
 */
export function asLines(texts: readonly string[]): string {
  return texts.join('\n')
}

/** The same in SQL: the texts that a parameter holds; there must be one at least. */
export function lines(parameter: string): string {
  return `string_to_array(${parameter}, E'\\n')`
}
