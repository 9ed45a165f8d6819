import { createServer } from 'node:net'

/** Ports that were given out in this process: a server may take a while until it listens on its own. */
const given = new Set<number>()

/** A TCP port on which nobody listens, and that was not given out before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await anyPort()
    if (given.has(port)) continue
    given.add(port)
    return port
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    // On all addresses, as most servers listen.
    const server = createServer().once('error', reject)
    server.listen(0, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
