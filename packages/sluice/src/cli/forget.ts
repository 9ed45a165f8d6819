import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'

/** `sluice forget`: deletes what production stored about a unit, that is, a user. */
export async function forget(options: RemoteOptions & { unit: string }, host: Host): Promise<number> {
  const deleted = await connect(options, host).forget(options.unit)
  tell(options, host, deleted, (seen) => {
    const parts = Object.entries(seen).map(([what, count]) => `${count} ${what}`)
    return `forgotten: ${parts.join(', ')}\n`
  })
  return 0
}
