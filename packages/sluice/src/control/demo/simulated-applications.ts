import { SluiceClient } from '@sluice/client'
import { createSimulatedModel, demoCanary, demoFeatures, demoVersion, type Failing, healthy } from './demo-features.ts'
import { anyOf } from './simulated-requests.ts'

/** Processes with a client each. */
export interface SimulatedApplications {
  /** From now on the canary fails so often. */
  setCanary(failing: Failing): void
  /** The process `cutOff` loses its network, or has it again. */
  setCutOff(isCut: boolean): void
  stop(): Promise<void>
}

/** It acknowledges each change late. */
const late = { instance: 'web-6', lateMs: 5000 }
/** It loses its network for a while. */
const cutOff = 'worker-2'
const prompt = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'worker-1']

const userCount = 20_000
const tickMs = 100
/** Requests in a second: of the feature with the canary, and of all others together. */
const rates = { canary: 3, others: 2 }

/** Starts simulated applications. `random` gives numbers in [0,1). */
export async function startApplications(
  { url, token }: { url: string; token: string },
  random: () => number,
): Promise<SimulatedApplications> {
  const canary = demoVersion(demoCanary.feature, demoCanary.label).id
  const others = demoFeatures.map(({ feature }) => feature).filter((feature) => feature !== demoCanary.feature)
  const [network, lateNetwork] = [simulatedNetwork(), simulatedNetwork(late)]
  const start = (instance: string, own = simulatedNetwork()) =>
    new SluiceClient({ url, token, instance, fetch: own.fetch, onDiagnostic: () => undefined })
  const clients: [SluiceClient, ...SluiceClient[]] = [
    start(late.instance, lateNetwork),
    start(cutOff, network),
    ...prompt.map((instance) => start(instance)),
  ]
  await Promise.all(clients.map((client) => client.ready()))
  let canaryFails = healthy
  const models = { canary: createSimulatedModel(random), incumbent: createSimulatedModel(random) }
  const request = (feature: string) => {
    const route = anyOf(clients, random).route(feature, `user-${Math.floor(random() * userCount)}`)
    const isCanary = route.version === canary
    const answer = isCanary ? models.canary(feature, canaryFails) : models.incumbent(feature, healthy)
    route.record(answer)
    route.done()
  }
  const timer = setInterval(() => {
    for (let left = (rates.canary * tickMs) / 1000; random() < left; left -= 1) request(demoCanary.feature)
    const [first = '', ...rest] = others
    if (random() < (rates.others * tickMs) / 1000) request(anyOf([first, ...rest], random))
  }, tickMs)
  return {
    setCanary(failing) {
      canaryFails = failing
    },
    setCutOff: (isCut) => (isCut ? network.cut() : network.mend()),
    async stop() {
      clearInterval(timer)
      network.mend()
      lateNetwork.hurry()
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

/** The network between one simulated process and the control plane. */
interface SimulatedNetwork {
  fetch: typeof globalThis.fetch
  /** Nothing gets through any more, and what is under way breaks off. */
  cut(): void
  mend(): void
  /** From now on nothing is late. */
  hurry(): void
}

/** `lateMs`: acknowledgements arrive so much later. */
function simulatedNetwork({ lateMs = 0 }: { lateMs?: number } = {}): SimulatedNetwork {
  let cutting = new AbortController()
  const hurried = Promise.withResolvers<void>()
  return {
    async fetch(input, init = {}) {
      if (lateMs > 0 && isAcknowledgement(input, init))
        await Promise.race([hurried.promise, new Promise((resolve) => setTimeout(resolve, lateMs).unref())])
      cutting.signal.throwIfAborted()
      const signals = [cutting.signal, ...(init.signal ? [init.signal] : [])]
      return fetch(input, { ...init, signal: AbortSignal.any(signals) })
    },
    cut: () => cutting.abort(new TypeError('the simulated network is down')),
    mend() {
      cutting = new AbortController()
    },
    hurry: hurried.resolve,
  }
}

/** That a process ends is told at once: nobody waits for the demo to end. */
function isAcknowledgement(input: unknown, { body }: RequestInit): boolean {
  return String(input).endsWith('/v1/acks') && !String(body).includes('"leaving"')
}
