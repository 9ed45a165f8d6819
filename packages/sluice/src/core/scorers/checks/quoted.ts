/** Text in quotes for a message, cut to a readable length. */
export function quoted(text: string, length = 80): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length - 1)}…` : text)
}
