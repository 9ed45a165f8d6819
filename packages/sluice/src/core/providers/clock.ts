/** ms since the epoch, as a clock that starts right and never jumps: not when the machine's time is set, nor at a leap. */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now())
