const key = 'sluice-theme'
const themes = ['auto', 'light', 'dark'] as const

/** Light, dark, or as the system is; remembered where the browser lets a page remember. */
export function installTheme(button: HTMLButtonElement): void {
  let current = remembered()
  const show = () => {
    document.documentElement.dataset.theme = current
    button.textContent = `Theme: ${current}`
  }
  button.hidden = false
  button.addEventListener('click', () => {
    current = themes[(themes.indexOf(current) + 1) % themes.length] ?? 'auto'
    remember(current)
    show()
  })
  show()
}

function remembered(): (typeof themes)[number] {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'auto'
  } catch {
    return 'auto'
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // A page from a file or in a sandbox may not keep anything: the choice holds until it is closed.
  }
}
