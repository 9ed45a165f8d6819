const wordsTaken = 3
const longestWord = 20

/**
 * An id such as `email-summary-registration-conference-refund-1`: the feature, the three longest words of the input in
 * their order, and the first number that is free. Digits are left out, since they are somebody's numbers.
 */
export function newCaseId(
  feature: string,
  vars: Readonly<Record<string, unknown>>,
  taken: ReadonlySet<string>,
): string {
  const stem = [feature, ...tellingWords(Object.values(vars))].join('-')
  for (let number = 1; ; number += 1) {
    const id = `${stem}-${number}`
    if (!taken.has(id)) return id
  }
}

function tellingWords(values: readonly unknown[]): string[] {
  const text = values.filter((value) => typeof value === 'string').join(' ')
  // Addresses of mail and web say who, not what.
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\S*(?:@|:\/\/)\S*/g, ' ')
    .match(/[\p{L}\p{M}]{4,}/gu)
  const unique = [...new Set(words)].filter((one) => one.length <= longestWord)
  const longest = new Set(unique.toSorted((a, b) => b.length - a.length).slice(0, wordsTaken))
  return unique.filter((one) => longest.has(one))
}
