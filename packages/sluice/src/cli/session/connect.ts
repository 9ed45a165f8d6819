import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { AppliedAnswer } from '../../control/remote/answers.ts'
import { appliedText } from '../../control/remote/applied-text.ts'
import { remoteAddress } from '../../control/remote/connection.ts'
import { controlPlane, type RemoteControlPlane } from '../../control/remote/remote-control-plane.ts'
import { createLeanFetch } from '../../core/providers/http/lean-fetch.ts'
import { visibleData, visibleJson } from '../../text/untrusted.ts'
import type { Host } from '../host.ts'

/** What every command that talks to a control plane takes. */
export interface RemoteOptions {
  url?: string | undefined
  /** Print the answer as JSON. */
  json?: boolean | undefined
}

/** The control plane that `--url`, `SLUICE_URL` and `SLUICE_TOKEN` name. @throws SluiceError `invalid-input` */
export function connect({ url }: RemoteOptions, host: Host): RemoteControlPlane {
  const { SLUICE_URL, SLUICE_TOKEN } = host.env
  const address = remoteAddress({ ...(url !== undefined && { url }) }, { SLUICE_URL, SLUICE_TOKEN })
  return controlPlane({
    ...address,
    fetch: createLeanFetch({ env: host.env }),
    sleep: wait,
    random: Math.random,
    now: () => performance.now(),
    newKey: randomUUID,
  })
}

/**
 * Prints an answer: the document itself, or what a person is to read of it. `text` is given the document with each of
 * its texts on one visible line, so that no name can pass for another line of the answer.
 */
export function printDocument<T>(
  { json }: RemoteOptions,
  host: Host,
  document: T,
  text: string | ((seen: T) => string),
): void {
  if (json) host.stdout.write(`${visibleJson(JSON.stringify(document, undefined, 2))}\n`)
  else host.stdout.write(typeof text === 'string' ? text : text(visibleData(document)))
}
/** Says how many instances have confirmed a change. Those that have not are a warning: the change stands. */
export function appliedNote(
  applied: AppliedAnswer | null,
  { json, waitMs }: RemoteOptions & { waitMs: number },
  host: Host,
): void {
  if (!applied) {
    if (waitMs > 0)
      host.stderr.write('warning: recorded, but who has applied it could not be read; sluice status shows it\n')
    return
  }
  if (!json) host.stdout.write(`${appliedText(visibleData(applied))}\n`)
  if (applied.missing.length === 0) return
  host.stderr.write(
    `warning: ${applied.missing.length} of ${applied.total} ${applied.total === 1 ? 'instance' : 'instances'} may still serve the version before; sluice status shows them\n`,
  )
}
