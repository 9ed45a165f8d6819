import { driftText } from '../../control/remote/drift-text.ts'
import { readFlags, remoteFlags } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'

/** `sluice drift`: what a feature's drift watch knows, and what it alarmed about. */
export async function drift(feature: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('drift', remoteFlags, given)
  printDocument(options, host, await connect(options, host).drift(feature), driftText)
  return 0
}
