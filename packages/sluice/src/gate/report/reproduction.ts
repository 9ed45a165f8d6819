/** Flags of the command line by name; those without a value are left out, a list is given once for each entry. */
export type Flags = Record<string, string | number | boolean | readonly string[] | undefined>

/** The command line that repeats a run, ready to be pasted into a shell. */
export function reproduction(words: readonly string[], flags: Flags): string {
  const given = Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    if (value === true) return [name]
    return (Array.isArray(value) ? value : [value]).flatMap((each) => [name, String(each)])
  })
  return ['sluice', ...words, ...given].map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[\w./:@=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
