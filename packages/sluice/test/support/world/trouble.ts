/** How likely each fault is at each of its occasions; none once `calm`. */
export interface Trouble {
  /** A message does not arrive. */
  lost: number
  /** A request arrives once more, at another time. */
  doubled: number
  /** A message takes seconds. */
  slow: number
  /** A chunk of a stream is the last, or the last that arrives while the connection stays open. */
  cut: number
  stalled: number
  /** The store refuses a call, or does it and says that it failed. */
  refused: number
  unknown: number
  /** A call of the store takes its time. */
  waiting: number
  /** The process dies within a call of the store. */
  crash: number
  /** The judge's model fails. */
  judge: number
}

export const troubled: Trouble = {
  lost: 0.04,
  doubled: 0.04,
  slow: 0.05,
  cut: 0.01,
  stalled: 0.01,
  refused: 0.01,
  unknown: 0.01,
  waiting: 0.4,
  crash: 0.0005,
  judge: 0.2,
}

export const calm: Trouble = {
  ...{ lost: 0, doubled: 0, slow: 0, cut: 0, stalled: 0, refused: 0, unknown: 0, waiting: 0, crash: 0, judge: 0 },
}
