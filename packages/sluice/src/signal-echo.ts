/**
 * One Ctrl-C may reach a process twice: from the terminal, and through the process that started this one, such as npm, later
 * where the machine is busy. Nobody has read within a second what a second one does.
 */
const echoMs = 1000

/**
 * A function to call at each signal: whether it is the echo of the first one.
 *
 * @param now a steady clock in ms
 */
export function createSignalEcho(now: () => number = () => performance.now()): () => boolean {
  let firstAt: number | undefined
  return () => {
    const at = now()
    if (firstAt !== undefined) return at - firstAt < echoMs
    firstAt = at
    return false
  }
}
