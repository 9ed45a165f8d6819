/** Joiners and variation selectors in places where a script or an emoji needs them for its spelling. */
const natural =
  '(?<=[\\p{ExtPict}\\p{EMod}\\uFE0F])\\u200D|' +
  '(?<=[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Guru}\\p{sc=Gujr}\\p{sc=Orya}\\p{sc=Taml}\\p{sc=Telu}' +
  '\\p{sc=Knda}\\p{sc=Mlym}\\p{sc=Sinh}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Mong}])[\\u200C\\u200D]|' +
  '(?<=\\p{Emoji})[\\uFE0E\\uFE0F]'

/** Zero-width and other ignorable characters, controls, bidirectional marks, line separators, broken surrogates. */
const unseen = '[[\\p{DI}\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\uFFF9-\\uFFFB]--[\\n\\t]]'

/** The first character of what chat templates of common models read as a change of speaker, also inside a message. */
const speakers =
  '<(?=[\\|\\uFF5C]|\\/?(?:start_of_turn|end_of_turn|bos|eos|s)>|<\\/?SYS>>|\\/?(?:think|thinking|thought|reasoning|seed:think)>)|' +
  '◁(?=\\/?think▷)|' +
  '\\[(?=\\/?(?:INST|THINK|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\\])'

const hidden = new RegExp(`(${natural})|${unseen}|${speakers}|⟦(?=U\\+)`, 'gv')

/**
 * Untrusted text as a judge may see it, with nothing lost: characters that hide, reorder or end text, and those that
 * open a chat control token, are written by code point, as `⟦U+202E⟧`. CRLF becomes LF; no other line break is left.
 */
export function makeVisible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(hidden, (char, kept?: string) => kept ?? codePoint(char))
}

/** The inverse of `makeVisible`, except that LF stays LF. */
export function undoVisible(shown: string): string {
  return shown.replace(/⟦U\+([0-9A-F]{4,6})⟧/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function codePoint(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `⟦U+${hex.padStart(4, '0')}⟧`
}
