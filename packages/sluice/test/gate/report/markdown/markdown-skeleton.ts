/**
 * The lines of a Markdown text as GitHub's rules leave them for interpretation: without the insides of code, with an x
 * for each code span, each escaped character and each character that a zero-width space has broken.
 */
export function proseOf(markdown: string): string[] {
  const inactive = /\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)|&(?:amp|lt|gt);|[@#:]\u200b/g
  return outsideFences(markdown).map((line) => line.replace(inactive, 'x'))
}

/** Only the characters that make structure; in a block of HTML, only its tags. Texts that differ in harmless words have the same skeleton. */
export function skeletonOf(markdown: string): string[] {
  return proseOf(markdown).map((line) => line.replace(line.startsWith('<') ? /[^<>@]/g : /[^|<>`#@*_~[\]]/g, ''))
}

/** The lines outside fenced code; each block leaves a line `fence` behind. */
function outsideFences(markdown: string): string[] {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of markdown.split('\n')) {
    const [mark] = /^`{3,}/.exec(line) ?? []
    if (fence !== undefined) {
      if (mark === line && mark.length >= fence.length) fence = undefined
    } else if (mark) {
      fence = mark
      lines.push('fence')
    } else {
      lines.push(line)
    }
  }
  if (fence !== undefined) lines.push('a fence that was never closed')
  return lines
}
