import { driftText } from '../control/remote/drift-text.ts'
import { connect, type RemoteOptions, tell } from './connect.ts'
import type { Host } from './host.ts'

/** `sluice drift`: what a feature's drift watch knows, and what it alarmed about. */
export async function drift(feature: string, options: RemoteOptions, host: Host): Promise<number> {
  tell(options, host, await connect(options, host).drift(feature), driftText)
  return 0
}
