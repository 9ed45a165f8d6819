/** Money set aside for one call. Exactly one of the two methods is called, once. */
export interface Reservation {
  /** The call is over and cost this much, possibly more than was set aside; undefined: nobody knows, so all of it. */
  settle(usd: number | undefined): void
  /** The call was not billed. */
  release(): void
}

/** A hard stop: reserved, unaccounted and spent money together never pass the limit. */
export interface Budget {
  readonly limitUsd: number | undefined
  /** What settled calls are known to have cost. */
  readonly spentUsd: number
  /** Set aside for calls that ended without saying what they cost, e.g. by a timeout. It may have been billed. */
  readonly unaccountedUsd: number
  /** Waits while calls in flight may still give money back; `exhausted` is final and answers every later call too. */
  reserve(usd: number): Promise<Reservation | 'exhausted'>
}

interface Waiting {
  usd: number
  grant(result: Reservation | 'exhausted'): void
}

/** Without a limit it only keeps count. */
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
      // Rounding residue of sums and differences must not outlive the calls.
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
        // First come, first served: a cheap call must not overtake a dear one for ever.
        if (queue.length === 1) serve()
      })
    },
  }
}
