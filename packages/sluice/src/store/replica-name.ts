import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** What one opening of a store is called among all that ever open it, e.g. `web-3 pid 17 a41f09c2`. */
export function replicaName(): string {
  return `${hostname()} pid ${process.pid} ${randomBytes(4).toString('hex')}`
}
