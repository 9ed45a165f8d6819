import { signInAddress } from '../addresses.ts'
import { announceText, replaceMain } from './replace-main.ts'

/** Nothing heard for so long, in ms, and the stream counts as lost: it speaks at least every ten seconds. */
const silentMs = 25_000

/** Keeps the page as it is on the server, and says since when it is old where that fails. */
export function followChanges(state: HTMLElement, address: string): void {
  let stream: EventSource | undefined
  let received = now()
  let lostAt: number | undefined
  let isAsking = false
  let isDue = false

  function open(): void {
    stream?.close()
    stream = new EventSource(address)
    stream.addEventListener('changed', () => {
      received = now()
      void ask()
    })
    stream.addEventListener('ended', signInAgain)
    stream.addEventListener('error', () => {
      lost()
      if (stream?.readyState === EventSource.CLOSED) void ask()
    })
  }

  /** Leaves the page, since what it shows grows old, and comes back to it. */
  function signInAgain(): void {
    stream?.close()
    location.replace(signInAddress({ next: `${location.pathname}${location.search}`, hasEnded: true }))
  }

  function lost(): void {
    if (lostAt !== undefined) return
    lostAt = received.at
    state.classList.add('old')
    state.setAttribute('role', 'alert')
    state.textContent = `No answer from the control plane since ${clockText(lostAt)}: this page is from ${clockText(Number(state.dataset.at))}`
  }

  /** One request at a time; a change that comes meanwhile is asked for afterwards. */
  async function ask(): Promise<void> {
    isDue = true
    if (isAsking) return
    isAsking = true
    try {
      while (isDue) {
        isDue = false
        await askOnce()
      }
    } catch {
      lost()
    } finally {
      isAsking = false
    }
  }

  async function askOnce(): Promise<void> {
    const response = await fetch(location.href, {
      headers: { accept: 'text/html', 'sluice-part': 'main', 'if-none-match': `"${state.dataset.tag}"` },
    })
    if (response.status === 401) return signInAgain()
    if (response.status !== 304 && !response.ok) return lost()
    if (response.ok) replaceMain(await response.text())
    state.dataset.at = response.headers.get('sluice-as-of') ?? String(Date.now())
    state.dataset.tag = response.headers.get('etag')?.replaceAll('"', '') ?? ''
    received = now()
    if (lostAt !== undefined) announceText('The page is up to date again')
    lostAt = undefined
    state.classList.remove('old')
    state.removeAttribute('role')
    state.textContent = `Live, as of ${clockText(Number(state.dataset.at))}`
  }

  function checkTime(): void {
    const { at, passed } = now()
    if (Math.max(Math.abs(at - received.at), passed - received.passed) > silentMs) lost()
  }

  // Browsers allow six connections to a server: a page that nobody sees must not take one from a page that is seen.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return stream?.close()
    // It may have slept for hours: until something is heard, what it shows does not count as live.
    checkTime()
    open()
  })
  setInterval(() => {
    if (document.hidden) return
    checkTime()
    if (stream?.readyState === EventSource.CLOSED) open()
  }, 5000)
  open()
}

/** By two clocks: that of the day may be set anew, and the other may stand still while the machine sleeps. */
function now(): { at: number; passed: number } {
  return { at: Date.now(), passed: performance.now() }
}

/** `14:05:03`, in UTC as everywhere on the page. */
function clockText(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)}Z`
}
