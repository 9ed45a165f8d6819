/**
 * Several JSON texts as one value of a statement, one per line. JSON escapes line breaks, so the texts need no further
 * escaping. In an array every quote would be escaped.
 */
export function asLines(texts: readonly string[]): string {
  return texts.join('\n')
}

/** SQL that splits such a parameter into its texts. There must be at least one. */
export function lines(parameter: string): string {
  return `string_to_array(${parameter}, E'\\n')`
}
