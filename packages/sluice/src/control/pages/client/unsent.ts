import { isObject, jsonIn } from '../../../json.ts'

const place = 'sluice-unsent'

/**
 * What was written into a form that was not taken stays in this tab until the form is open again, and is put there:
 * nobody has to write it twice. It is sent only when somebody sends the form.
 */
export function keepUnsent(): void {
  const page = document.querySelector<HTMLElement>('[data-unsent]')
  if (page) {
    const written = [...page.querySelectorAll('textarea')].map(({ name, value }) => [name, value])
    sessionStorage.setItem(place, JSON.stringify({ form: page.dataset.unsent, written: Object.fromEntries(written) }))
    return
  }
  const form = document.querySelector('form.fields')
  const kept = form && sessionStorage.getItem(place)
  if (!form || !kept) return
  const unsent = jsonIn(kept)
  // Another version of the page may have kept it.
  if (!isObject(unsent) || !isObject(unsent.written)) return
  if (unsent.form !== `${location.pathname}${location.search}`) return
  sessionStorage.removeItem(place)
  for (const field of form.querySelectorAll('textarea')) {
    const text = unsent.written[field.name]
    if (field.value === '' && typeof text === 'string') field.value = text
  }
}
