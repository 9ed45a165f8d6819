/** Cuts a text to `most` characters, and replaces what no database stores (NUL and lone surrogates) by U+FFFD. */
export function storableText(text: string, most = 1e9): string {
  return text.slice(0, most).replace(/[\0\p{Cs}]/gu, '\ufffd')
}
