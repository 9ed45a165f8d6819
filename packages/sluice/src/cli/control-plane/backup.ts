import path from 'node:path'
import { backUpStore, restoreStore } from '../../control/store/backup.ts'
import { readFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'

/** `sluice backup`: a verified copy of the control plane's state, also while it runs. */
export function backup(given: Record<string, unknown>, host: Host): number {
  const { to, data } = readFlags('backup', { to: text, data: text }, given)
  const { revision, bytes } = backUpStore(placeOf(data, host), path.resolve(host.cwd(), to))
  host.stdout.write(`${to}: revision ${revision}, ${(bytes / 1e6).toFixed(1)} MB, verified\n`)
  return 0
}

/** `sluice restore`: lets a state that was put back count. */
export async function restore(given: Record<string, unknown>, host: Host): Promise<number> {
  const { from, data } = readFlags('restore', { from: text.optional(), data: text }, given)
  const { revision, rollouts, replaced } = await restoreStore(placeOf(data, host), {
    from: from && path.resolve(host.cwd(), from),
    now: Date.now(),
  })
  const lines = [
    `restored: revision ${revision}, in a new epoch: applications accept it although they have seen newer ones`,
    ...(replaced ? [`what was there is kept as ${replaced}`] : []),
    ...rollouts.map(
      ({ feature, canary, id }) =>
        `aborted: rollout ${id} of ${feature}, which ran then; everybody gets the incumbent. If its canary ${canary} was not taken back since, start it again`,
    ),
    'Proposals that were open in it lapse, since what became of them is not known: propose again what is still wanted',
    'The backup does not hold what was released, rolled back, revoked or forgotten after it was made. Start the server, check sluice status and sluice token list, and repeat each sluice forget',
  ]
  host.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

function placeOf(data: string, { cwd, env }: Host) {
  const { DATABASE_URL: databaseUrl } = env
  return { dataDir: path.resolve(cwd(), data), ...(databaseUrl && { databaseUrl }) }
}
