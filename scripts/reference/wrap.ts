const width = 120

/** The paragraphs of a page in lines of at most 120 characters. Code, tables, headings and lists stay as they are. */
export function wrapped(page: string): string {
  return page
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) =>
      part.startsWith('```') ? part : part.replaceAll(/^(?![|#<>]|- ).+(?:\n(?![|#<>]|- ).+)*/gm, filled),
    )
    .join('')
}

function filled(paragraph: string): string {
  const lines: string[] = []
  // Code and the address of a link are not torn apart.
  for (const word of paragraph.match(/(?:`[^`]*`|\]\([^)]*\)|[^\s`])+/g) ?? []) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}
