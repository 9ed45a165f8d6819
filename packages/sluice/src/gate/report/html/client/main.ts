import { installCases } from './case-browser.ts'
import { installTheme } from './theme.ts'

const button = document.querySelector<HTMLButtonElement>('button.theme')
if (button) installTheme(button)

for (const section of document.querySelectorAll<HTMLElement>('.cases')) {
  const folded = section.closest('details')
  if (!folded || folded.open) installCases(section)
  else folded.addEventListener('toggle', () => installCases(section), { once: true })
}

document.addEventListener('submit', (event) => event.preventDefault())
document.addEventListener('click', ({ target }) => {
  const link = target instanceof Element ? target.closest('a[href^="#feature-"]') : null
  const feature = link && document.querySelector(link.getAttribute('href') ?? '')
  if (feature instanceof HTMLDetailsElement) feature.open = true
})
