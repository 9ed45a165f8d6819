import { type VirtualClock, virtualClock } from '../../../sluice/src/control/simulate/virtual-clock.ts'
import { seededRandom } from '../../../sluice/src/stats/random.ts'
import { type Clock, type Diagnostic, SluiceClient, type SluiceClientOptions } from '../../src/index.ts'
import type { FakePlane } from './fake-plane.ts'

export interface StartedClient extends AsyncDisposable {
  client: SluiceClient
  clock: VirtualClock
  diagnostics: Diagnostic[]
  /** Lets this much time pass. */
  pass(ms: number): Promise<void>
}

/** A client of the plane on a clock of its own, after its first answer. */
export async function startClient(
  plane: Pick<FakePlane, 'fetch'>,
  options: Partial<SluiceClientOptions> & {
    clock?: VirtualClock
    seed?: number
    clocks?: (clock: VirtualClock) => Clock
  } = {},
): Promise<StartedClient> {
  const { clock = virtualClock(1_800_000_000_000), seed = 1, clocks = () => clock, ...rest } = options
  const diagnostics: Diagnostic[] = []
  const client = new SluiceClient({
    url: 'http://plane.test',
    token: 'secret',
    instance: `host-${seed}`,
    fetch: plane.fetch,
    clock: clocks(clock),
    random: seededRandom(seed).uniform,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...rest,
  })
  const pass = (ms: number) => clock.runUntil(clock.now() + ms)
  await pass(1)
  return {
    ...{ client, clock, diagnostics, pass },
    async [Symbol.asyncDispose]() {
      const closed = client.close()
      await pass(60_000)
      await closed
    },
  }
}
