import { type CaseBrowser, installCases } from './case-browser.ts'
import { installTheme } from './theme.ts'

const button = document.querySelector<HTMLButtonElement>('button.theme')
if (button) installTheme(button)

const browsers = new Map<HTMLElement, CaseBrowser>()

/** Builds the cases once, when they are first seen. */
function casesIn(section: HTMLElement): CaseBrowser {
  const known = browsers.get(section) ?? installCases(section)
  browsers.set(section, known)
  return known
}

for (const section of document.querySelectorAll<HTMLElement>('.cases')) {
  const folded = section.closest('details')
  if (!folded || folded.open) casesIn(section)
  else folded.addEventListener('toggle', () => casesIn(section), { once: true })
}

/** Opens the case that an address like #case-0-12 names: the feature's number, then the row. */
function openNamedCase(hash: string): void {
  const [, feature, row] = /^#case-(\d+)-(\d+)$/.exec(hash) ?? []
  const section = feature && document.querySelector<HTMLElement>(`.cases[data-feature="${feature}"]`)
  if (!section) return
  const folded = section.closest('details')
  if (folded) folded.open = true
  casesIn(section).open(Number(row))
}

openNamedCase(location.hash)
window.addEventListener('hashchange', () => openNamedCase(location.hash))

document.addEventListener('submit', (event) => event.preventDefault())
document.addEventListener('click', ({ target }) => {
  const named = target instanceof Element ? target.closest('a[href^="#case-"]') : null
  // A click on the address that stands in the bar already raises no `hashchange`.
  if (named) openNamedCase(named.getAttribute('href') ?? '')
  const link = target instanceof Element ? target.closest('a[href^="#feature-"]') : null
  const feature = link && document.querySelector(link.getAttribute('href') ?? '')
  if (feature instanceof HTMLDetailsElement) feature.open = true
})
