import { tooManyAtOnce } from './provider-fault.ts'

/** A browser that has come back from the identity provider. */
export interface ReturningBrowser {
  /** Turns are shared evenly between addresses. */
  address: string
  /** Aborted once it waits no longer. */
  gone: AbortSignal
  /** Called when its turn has come. */
  onTurn(): void
}

export type SignInTurns = <T>(browser: ReturningBrowser, ask: () => Promise<T>) => Promise<T>

/** About so many sign-ins the provider is asked at once, so that a flood of forged ones reaches it slowly. */
const mostAtOnce = 8
/** So many may wait for their turn, so that the last is answered soon. */
const mostWaiting = 40

interface Waiting {
  begin(): void
  refuse(): void
}

/**
 * The turns in which the provider is asked. The addresses that wait have them one after the other, and where too many
 * wait, the address with the most of them loses one. So a flood from one address takes no turns from others. Of one
 * address the one that has waited longest is refused: then all that come have the same chance, also behind a proxy,
 * where those of the flood would else fill every place that comes free.
 */
export function createSignInTurns(): SignInTurns {
  /** Who waits from each address, in the order in which they come. The address whose turn it is comes first. */
  const waiting = new Map<string, Waiting[]>()
  let underWay = 0

  function keep(address: string, left: Waiting[]): void {
    if (left.length > 0) waiting.set(address, left)
    else waiting.delete(address)
  }

  function beginNext(): void {
    const [address, all] = waiting.entries().next().value ?? []
    if (address === undefined || all === undefined) return
    const [next, ...left] = all
    waiting.delete(address)
    keep(address, left)
    underWay += 1
    next?.begin()
  }

  function refuseOne(): void {
    const [most] = [...waiting].sort(([, one], [, other]) => other.length - one.length)
    if (!most) return
    const [address, [longest, ...left]] = most
    keep(address, left)
    longest?.refuse()
  }

  function turnOf({ address, gone }: ReturningBrowser): Promise<void> {
    return new Promise((begin, reject) => {
      if (gone.aborted) return reject(tooManyAtOnce())
      const own: Waiting = { begin, refuse: () => reject(tooManyAtOnce()) }
      const ofAddress = () => waiting.get(address) ?? []
      waiting.set(address, [...ofAddress(), own])
      gone.addEventListener('abort', () => {
        keep(
          address,
          ofAddress().filter((each) => each !== own),
        )
        own.refuse()
      })
      if (underWay < mostAtOnce) beginNext()
      else if ([...waiting.values()].flat().length > mostWaiting) refuseOne()
    })
  }

  return async (browser, ask) => {
    await turnOf(browser)
    try {
      browser.onTurn()
      return await ask()
    } finally {
      underWay -= 1
      beginNext()
    }
  }
}
