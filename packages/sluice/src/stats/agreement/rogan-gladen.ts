/** Counts of a judge that says yes or no. */
export interface RoganGladenCounts {
  /** Labelled yes by people, and by the judge too. */
  tp: number
  /** Labelled yes by people. */
  pos: number
  /** Labelled no by people, and by the judge too. */
  tn: number
  /** Labelled no by people. */
  neg: number
  /** The judge's yes among `N` outputs. */
  judgePos: number
  N: number
}

/** A share of yes as people would have found it. */
export interface RoganGladen {
  /** In [0,1]. */
  estimate: number
  /** Before it was cut to [0,1]. */
  raw: number
  se: number
}

/** Below it a judge tells good from bad hardly better than chance, and the correction only makes noise larger. */
const leastYouden = 0.2

/**
 * The share of yes, corrected for what the judge gets wrong (Rogan & Gladen 1978): (q + sp - 1) / (se + sp - 1) with q
 * the judge's share, se = tp/pos and sp = tn/neg; its standard error by the delta method, from the variance of all
 * three.
 *
 * @returns why there is none, where the judge is hardly better than chance or a kind of label is absent
 */
export function roganGladen({ tp, pos, tn, neg, judgePos, N }: RoganGladenCounts): RoganGladen | { reason: string } {
  if (!(pos > 0)) return { reason: 'nothing was labelled yes' }
  if (!(neg > 0)) return { reason: 'nothing was labelled no' }
  if (!(N > 0)) return { reason: 'the judge judged nothing' }
  const [se, sp, q] = [tp / pos, tn / neg, judgePos / N]
  const youden = se + sp - 1
  if (youden < leastYouden) return { reason: 'the judge is hardly better than chance' }
  const raw = (q + sp - 1) / youden
  const variance =
    (q * (1 - q)) / N / youden ** 2 +
    ((se * (1 - se)) / pos) * (raw / youden) ** 2 +
    ((sp * (1 - sp)) / neg) * ((1 - raw) / youden) ** 2
  return { estimate: Math.min(1, Math.max(0, raw)), raw, se: Math.sqrt(variance) }
}
