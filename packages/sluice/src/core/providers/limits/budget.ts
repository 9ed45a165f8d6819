/** Money reserved for one call. Exactly one of the two methods must be called, once. */
export interface Reservation {
  /** The call ended and cost this, possibly more than was reserved. Undefined: not known, so all that was reserved. */
  settle(usd: number | undefined): void
  /** The call was not billed. */
  release(): void
}

/** A strict limit: reserved, unaccounted and spent money together never exceed it. */
export interface Budget {
  readonly limitUsd: number | undefined
  /** The known cost of settled calls. */
  readonly spentUsd: number
  /** Reserved for calls that ended with unknown cost, e.g. by a timeout. It may have been billed. */
  readonly unaccountedUsd: number
  /** Waits while calls in flight may still release money. `exhausted` is final: all later calls get it too. */
  reserve(usd: number): Promise<Reservation | 'exhausted'>
}

interface Waiting {
  usd: number
  grant(result: Reservation | 'exhausted'): void
}

/** Without a limit it only counts. */
export function createBudget(limitUsd: number | undefined): Budget {
  let spent = 0
  let unaccounted = 0
  let reserved = 0
  let inFlight = 0
  let exhausted = false
  const queue: Waiting[] = []

  const fits = (usd: number) => limitUsd === undefined || spent + unaccounted + reserved + usd <= limitUsd
  const setAside = (usd: number): Reservation => {
    reserved += usd
    inFlight += 1
    const end = () => {
      inFlight -= 1
      // With no call in flight nothing is reserved. This removes rounding errors of the sums.
      reserved = inFlight === 0 ? 0 : reserved - usd
    }
    return {
      settle(cost) {
        end()
        if (cost === undefined) unaccounted += usd
        else spent += cost
        serve()
      },
      release() {
        end()
        serve()
      },
    }
  }
  const serve = () => {
    for (let next = queue[0]; next; next = queue[0]) {
      if (!exhausted && fits(next.usd)) next.grant(setAside(next.usd))
      else if (exhausted || inFlight === 0) {
        exhausted = true
        next.grant('exhausted')
      } else return
      queue.shift()
    }
  }

  return {
    limitUsd,
    get spentUsd() {
      return spent
    },
    get unaccountedUsd() {
      return unaccounted
    },
    reserve(usd) {
      return new Promise((grant) => {
        queue.push({ usd, grant })
        // In order of arrival, so that an expensive call is not overtaken for ever by cheap ones.
        if (queue.length === 1) serve()
      })
    },
  }
}
