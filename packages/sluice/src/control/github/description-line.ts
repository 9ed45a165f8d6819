import { visibleLine } from '../../text/untrusted.ts'

/** The most that GitHub takes for a description. */
const longest = 140

/** A text on one visible line that GitHub takes for a description. */
export function descriptionLine(text: string): string {
  const line = visibleLine(text)
  const characters = [...line]
  return characters.length <= longest
    ? line
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
}
