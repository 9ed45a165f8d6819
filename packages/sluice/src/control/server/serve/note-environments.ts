import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { type Environments, isKnownKey } from '../../../core/suite/config/environments.ts'
import { SluiceError } from '../../../errors.ts'
import type { Store } from '../../store/store.ts'
import { environmentsText } from '../access/caller.ts'
import type { Log } from '../log.ts'
import { recordChangedSettings } from './changed-settings.ts'

const checkpoint = 'environments'
const keptSchema = z.looseObject({ names: z.array(z.string()), last: z.string().nullable() })

type Noted = Pick<Store, 'checkpoint' | 'saveCheckpoint' | 'commit' | 'features'>

/**
 * Puts it on record if this server has other environments than the one that was started before it, on whichever
 * replica. The last one never changes: all that was released before there were others belongs to it, and so does
 * each application whose token names none.
 * @throws SluiceError `invalid-input` where another one would be the last
 */
export async function noteEnvironments(
  { store, clock, log }: { store: Noted; clock: Clock; log: Log },
  names: Environments,
): Promise<void> {
  const kept = await store.checkpoint(checkpoint)
  const before = keptSchema.safeParse(kept?.state).data ?? { names: [], last: null }
  const last = names.at(-1) ?? null
  if (before.last !== null && last !== null && last !== before.last) throw otherLast(before.last, last)
  const gone = (await store.features()).filter(({ feature }) => !isKnownKey(feature, names))
  if (gone.length > 0)
    log('warn', 'releases of environments that do not exist any more are neither shown nor served', {
      features: gone.map(({ feature }) => feature).join(', '),
    })
  if (JSON.stringify(before.names) === JSON.stringify(names)) return
  log('warn', 'the environments have changed', { environments: names.length === 0 ? 'none' : environmentsText(names) })
  await recordChangedSettings(
    { store, clock },
    {
      action: 'environments.change',
      reason: 'the sluice.yaml with which this server was started has other environments than before',
      before: { environments: before.names },
      after: { environments: names },
    },
  )
  const cursor = kept?.cursor ?? -1
  const state = { names, last: last ?? before.last }
  await store.saveCheckpoint(checkpoint, cursor, { cursor: cursor + 1, state })
}

function otherLast(before: string, last: string): SluiceError {
  const message = `sluice.yaml: server.environments: the last one must stay ${before}, not ${last}. All earlier releases belong to ${before}, and so do applications whose token names no environment. Put ${before} last again, and a new environment before it`
  return new SluiceError('invalid-input', message)
}
