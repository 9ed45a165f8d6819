/**
 * Puts the new content in place, and keeps what a reader is about: focus, open details, half-written forms, scrolling.
 */
export function replaceMain(text: string): void {
  const next = new DOMParser().parseFromString(text, 'text/html')
  const before = document.getElementById('main')
  const after = next.getElementById('main')
  if (!before || !after) {
    location.reload()
    return
  }
  const adopted = document.importNode(after, true)
  const focus = focusIn(before)
  keep(before, adopted)
  before.replaceWith(adopted)
  announceText(newTexts(before, adopted))
  focus?.(adopted)
  document.title = next.title
}

/** Says something to those who hear the page. */
export function announceText(text: string): void {
  const place = document.getElementById('news')
  if (place && text !== '') place.textContent = text
}

/** What matters most on a page: what it is about, and each state that stands at its top or was waited for. */
const announced = 'h1, :is(.facts, .consequence, .warnings) .tone'

/** What is said there now and was not before. Numbers that only grow are not told: they would never end. */
function newTexts(before: Element, after: Element): string {
  const known = new Set([...before.querySelectorAll(announced)].map(readText))
  const added = [...after.querySelectorAll(announced)].map(readText).filter((text) => !known.has(text))
  return added.join('. ')
}

/** The text of an element without signs that only repeat it. */
function readText(element: Element): string {
  const copy = element.cloneNode(true) as Element
  for (const sign of copy.querySelectorAll('[aria-hidden]')) sign.remove()
  return copy.textContent?.replaceAll(/\s+/g, ' ').trim() ?? ''
}

/** What an element is found again by: its id, else its name within its form, else its place. */
function addressOf(element: Element, root: Element): string {
  if (element.id !== '') return `#${CSS.escape(element.id)}`
  const steps: string[] = []
  for (let at: Element | null = element; at && at !== root; at = at.parentElement) {
    if (at.id !== '') return `#${CSS.escape(at.id)} > ${steps.join(' > ')}`
    const place = 1 + Array.prototype.indexOf.call(at.parentElement?.children ?? [], at)
    steps.unshift(`${at.localName}:nth-child(${place})`)
  }
  return `:scope > ${steps.join(' > ')}`
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

function keep(before: Element, after: Element): void {
  const twin = (element: Element) => after.querySelector(addressOf(element, before))
  for (const details of before.querySelectorAll('details')) {
    const same = twin(details)
    if (same instanceof HTMLDetailsElement) same.open = details.open
  }
  for (const field of before.querySelectorAll<Field>('input, textarea, select')) {
    const same = twin(field)
    if (!same || same.localName !== field.localName || (same as Field).name !== field.name) continue
    if (field instanceof HTMLInputElement && same instanceof HTMLInputElement) {
      if (field.type === 'hidden') continue
      if (field.checked !== field.defaultChecked) same.checked = field.checked
    }
    if (!('defaultValue' in field) || field.value !== field.defaultValue) (same as Field).value = field.value
  }
  // Scrolled areas are laid out only once they are part of the page.
  const scrolled = [...before.querySelectorAll('.scroll')].flatMap((area) =>
    area.scrollLeft > 0 || area.scrollTop > 0 ? [{ area, left: area.scrollLeft, top: area.scrollTop }] : [],
  )
  const places = scrolled.map(({ area, left, top }) => ({ same: twin(area), left, top }))
  queueMicrotask(() => {
    for (const { same, left, top } of places) same?.scrollTo({ left, top, behavior: 'instant' })
  })
}

function focusIn(before: Element): ((after: Element) => void) | undefined {
  const focused = document.activeElement
  if (!focused || !before.contains(focused)) return undefined
  const address = focused === before ? undefined : addressOf(focused, before)
  const selection =
    (focused instanceof HTMLInputElement && focused.type !== 'radio' && focused.type !== 'checkbox') ||
    focused instanceof HTMLTextAreaElement
      ? [focused.selectionStart, focused.selectionEnd]
      : undefined
  return (after) => {
    const same = address === undefined ? after : after.querySelector(address)
    if (!(same instanceof HTMLElement)) return
    same.focus({ preventScroll: true })
    if (selection && (same instanceof HTMLInputElement || same instanceof HTMLTextAreaElement))
      same.setSelectionRange(selection[0] ?? null, selection[1] ?? null)
  }
}
