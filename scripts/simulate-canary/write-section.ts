import { readFile, writeFile } from 'node:fs/promises'

const marker = (section: string, what: string) => `<!-- simulate-canary, ${section}: ${what} -->`

/** Puts text between the two markers of a section of a page. @throws where it has none */
export async function writeSection(file: string, section: string, text: string): Promise<void> {
  const page = await readFile(file, 'utf8')
  const [first, last] = [marker(section, 'begin'), marker(section, 'end')]
  const [begin, end] = [page.indexOf(first), page.indexOf(last)]
  if (begin < 0 || end < begin)
    throw new Error(`${file} has no lines "${first}" and "${last}": put them where the tables go`)
  await writeFile(file, `${page.slice(0, begin)}${first}\n\n${text}\n\n${page.slice(end)}`)
}
