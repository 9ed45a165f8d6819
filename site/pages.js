// Which pages the site has, where each of them lies in it, and in which order a reader meets them.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '..')

const patterns = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md']
const index = 'docs/README.md'

/** The address of a file within the site. What lies in docs/ is at the top of it. */
export function addressOf(file) {
  const inSite = file.startsWith('docs/') ? file.slice('docs/'.length) : file
  if (!inSite.endsWith('.md')) return inSite
  if (inSite === 'README.md') return file === index ? 'index.html' : 'project.html'
  return inSite.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html')
}

/** Every page with its text, its title, its address and its neighbours, and the navigation that leads to all of them. */
export function readSite() {
  const files = globSync(patterns, { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
  const pages = new Map(files.map((file) => [file, pageOf(file)]))
  const groups = [...documentation(pages), { title: 'The project', entries: project(pages) }]
  const order = [index, ...groups.flatMap(({ entries }) => entries.flatMap(({ file, inner }) => [file, ...inner]))]
  const lost = files.filter((file) => !order.includes(file))
  if (lost.length > 0)
    throw new Error(`nothing leads to ${lost.join(', ')}: name it in ${index}, or in the README.md beside it`)
  for (const [position, file] of order.entries())
    Object.assign(pages.get(file), { before: pages.get(order[position - 1]), next: pages.get(order[position + 1]) })
  return { pages, groups }
}

function pageOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8')
  const title = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? file
  return { file, text, title, address: addressOf(file) }
}

/** The groups of docs/README.md. The pages of a folder stand below its own README.md, in the order of that. */
function documentation(pages) {
  const groups = []
  for (const line of pages.get(index).text.split('\n')) {
    const title = /^## (.+)$/.exec(line)?.[1]
    const [, name, target] = /^- \[([^\]]+)\]\(([^)#]+)\)/.exec(line) ?? []
    if (title !== undefined) groups.push({ title, entries: [] })
    if (target !== undefined) groups.at(-1).entries.push(entryOf(name, `docs/${target}`, pages))
  }
  return groups
}

function entryOf(name, file, pages) {
  const page = pages.get(file)
  if (page === undefined)
    throw new Error(`${index} names ${file}, which is not there: mend the link, or write the page`)
  const folder = path.posix.dirname(file)
  const inner = file.endsWith('/README.md')
    ? [...page.text.matchAll(/\]\(([\w./-]+\.md)/g)].map(([, target]) => path.posix.join(folder, target))
    : []
  const own = new Set(
    inner.filter((target) => path.posix.dirname(target) === folder && target !== file && pages.has(target)),
  )
  return { name, file, inner: [...own] }
}

/** The pages that lie beside the code. */
function project(pages) {
  return [...pages.values()]
    .filter(({ file }) => !file.startsWith('docs/'))
    .map(({ file, title }) => ({ name: title, file, inner: [] }))
}
