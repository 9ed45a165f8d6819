const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

export type Paint = Record<keyof typeof codes, (text: string) => string>

/** Styles for a terminal; without `color` every style leaves the text as it is. */
export function createPaint(color: boolean): Paint {
  const style = ([on, off]: readonly [number, number]) =>
    color ? (text: string) => `\x1b[${on}m${text}\x1b[${off}m` : (text: string) => text
  return {
    bold: style(codes.bold),
    dim: style(codes.dim),
    red: style(codes.red),
    green: style(codes.green),
    yellow: style(codes.yellow),
    cyan: style(codes.cyan),
  }
}

/** Whether to colour: never with NO_COLOR or on a dumb terminal, always with FORCE_COLOR, else on a terminal only. */
export function wantsColor(env: Record<string, string | undefined>, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
