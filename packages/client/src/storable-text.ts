/** At most this many characters, with U+FFFD for what no database stores: a NUL, and half of a surrogate pair. */
export function storableText(text: string, most = 1e9): string {
  return text.slice(0, most).replace(/[\0\p{Cs}]/gu, '\ufffd')
}
