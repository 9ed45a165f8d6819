// Searches the sections of all pages, in the browser. The texts are loaded when somebody begins to search: as scripts,
// since a page that was opened from a file may not fetch anything.
const here = document.currentScript.src
const site = new URL('..', here)
const form = document.getElementById('search')
const query = document.getElementById('query')
const count = document.getElementById('count')
const list = document.getElementById('found')
form.hidden = false

function loadScript(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = new URL(name, here)
    script.onload = resolve
    script.onerror = () => reject(new Error(`${name} cannot be loaded`))
    document.head.append(script)
  })
}

let engine
async function loadEngine() {
  await Promise.all([loadScript('minisearch.js'), loadScript('search-sections.js')])
  const index = new MiniSearch({
    fields: ['page', 'section', 'text'],
    searchOptions: { boost: { page: 3, section: 4 }, prefix: true, fuzzy: (term) => (term.length > 4 ? 0.15 : false) },
  })
  index.addAll(searchSections.map((section, id) => ({ id, ...section })))
  return (text) => {
    const all = index.search(text, { combineWith: 'AND' })
    return (all.length > 0 ? all : index.search(text)).slice(0, 20)
  }
}

/** The text around the first word that was found, with all such words marked. */
function excerpt(text, terms) {
  const words = terms.map((term) => term.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(${words.join('|')})`, 'gi')
  const at = Math.max(0, text.search(pattern) - 60)
  const line = document.createElement('small')
  if (at > 0) line.append('… ')
  for (const [position, part] of text
    .slice(at, at + 180)
    .split(pattern)
    .entries()) {
    if (position % 2 === 0) line.append(part)
    else {
      const mark = document.createElement('mark')
      mark.textContent = part
      line.append(mark)
    }
  }
  return line
}

function itemOf({ id, terms }) {
  const { page, section, address, text } = searchSections[id]
  const link = document.createElement('a')
  link.href = new URL(address, site)
  link.append(section === '' ? page : `${page} › ${section}`, excerpt(text, terms))
  const item = document.createElement('li')
  item.append(link)
  return item
}

function show(items, said) {
  list.replaceChildren(...items)
  list.hidden = said === ''
  count.textContent = said
}

function note(words) {
  const item = document.createElement('li')
  item.className = 'none'
  item.textContent = words
  show([item], words)
}

async function search() {
  const text = query.value.trim()
  if (text === '') return show([], '')
  try {
    engine ??= loadEngine()
    const find = await engine
    if (text !== query.value.trim()) return
    const found = find(text)
    if (found.length === 0) note(`Nothing says “${text}”.`)
    else show(found.map(itemOf), `${found.length} places found`)
  } catch (error) {
    engine = undefined
    note(`The search does not work here: ${error.message}.`)
  }
}

const links = () => [...list.querySelectorAll('a')]

function move(step) {
  const all = links()
  const next = all.indexOf(document.activeElement) + step
  if (next < 0) query.focus()
  else all[Math.min(next, all.length - 1)]?.focus()
}

query.addEventListener('input', search)
query.addEventListener('focus', search)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  links()[0]?.click()
})
form.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') move(1)
  else if (event.key === 'ArrowUp') move(-1)
  else if (event.key === 'Escape') {
    query.blur()
    show([], '')
  } else return
  event.preventDefault()
})
// Wherever else the reader clicks, the list gives way.
document.addEventListener('click', ({ target }) => {
  if (!form.contains(target) || target.closest('#found a')) show([], '')
})
document.addEventListener('keydown', (event) => {
  const isTyping = /^(input|textarea)$/i.test(document.activeElement?.tagName ?? '')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  query.focus()
})
