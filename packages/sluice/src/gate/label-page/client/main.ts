/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** A key on the way to the next question would answer what nobody has read. */
let isOnTheWay = false

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-key]')]
  const button = buttons.find(({ dataset, disabled }) => dataset.key === key && !disabled)
  if (!button) return
  event.preventDefault()
  // A key that is held down answers one question and not several.
  if (!event.repeat) void act(button)
})

document.addEventListener('submit', (event) => {
  if (!(event.submitter instanceof HTMLButtonElement)) return
  event.preventDefault()
  void act(event.submitter)
})

async function act(button: HTMLButtonElement): Promise<void> {
  const { form } = button
  if (isOnTheWay || !form) return
  isOnTheWay = true
  try {
    const fields = [...new FormData(form, button)].map(([name, value]) => [name, String(value)])
    const response = await fetch('answer', { method: 'POST', body: new URLSearchParams(fields) })
    show(new DOMParser().parseFromString(await response.text(), 'text/html'))
  } catch {
    complain('Nothing was kept, since the command has ended. Start it again, and open the address that it prints.')
  } finally {
    isOnTheWay = false
  }
}

/** Shows what the server answers in place of what is there. Scripts in it would not run. */
function show(next: Document): void {
  if (!next.querySelector('main')) {
    complain(next.body.textContent ?? '')
    return
  }
  document.title = next.title
  document.body.replaceWith(next.body)
  window.scrollTo(0, 0)
  // So that it is read aloud.
  document.querySelector('h1')?.focus()
}

function complain(text: string): void {
  document.querySelector('.fault')?.remove()
  const fault = document.createElement('p')
  fault.className = 'fault'
  fault.setAttribute('role', 'alert')
  fault.textContent = text
  document.querySelector('main')?.prepend(fault)
  window.scrollTo(0, 0)
}
