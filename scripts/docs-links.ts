// npm run docs-links: asks for each address outside of the project that a page names, once. It needs the network, so no
// test runs it.
import { allPages } from '../packages/sluice/test/support/pages.ts'

/** Names that are kept for examples, and this machine. */
const madeUp = /^https?:\/\/(127\.0\.0\.1|localhost|\[|([\w-]+\.)*(example(\.\w+)?|test|svc|internal|invalid))([:/]|$)/

const places = new Map<string, string>()
for (const { file, pieces } of allPages())
  for (const piece of pieces)
    if (
      (piece.kind === 'link' || piece.kind === 'image') &&
      /^https?:/.test(piece.target) &&
      !madeUp.test(piece.target)
    )
      places.set(piece.target.split('#')[0] ?? '', `${file}:${piece.line}`)

const faults = await Promise.all([...places].map(([address, place]) => faultOf(address, place)))
const found = faults.filter((fault) => fault !== undefined)
for (const fault of found) console.log(fault)
console.log(`${places.size} addresses asked for, ${found.length} did not answer`)
process.exitCode = found.length > 0 ? 1 : 0

async function faultOf(address: string, place: string): Promise<string | undefined> {
  try {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(20_000) })
    // Who wants no machine says so with 403 or 429: the address is there.
    return status < 400 || status === 403 || status === 429 ? undefined : `${place}: ${address} answers ${status}`
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    return `${place}: ${address}: ${cause instanceof Error ? cause.message : String(error)}`
  }
}
