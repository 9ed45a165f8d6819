import { availableParallelism } from 'node:os'
import path from 'node:path'
import { simulateInThreads } from '../control/simulate/in-threads.ts'
import { type LoadedScenario, loadScenario, shippedScenarios } from '../control/simulate/load-scenario.ts'
import { simulationMarkdown, simulationText } from '../control/simulate/simulation-report.ts'
import { summarize } from '../control/simulate/simulation-summary.ts'
import { SluiceError } from '../errors.ts'
import { readFlags, set, text, wholeNumberFrom } from './flags.ts'
import type { Host } from './host.ts'
import { listenForInterrupt } from './session/interrupt.ts'
import { writeOutput } from './session/write-output.ts'

const largest = 2 ** 32 - 1

const simulateFlags = {
  list: set.optional(),
  runs: wholeNumberFrom(1, largest).optional(),
  seed: wholeNumberFrom(0, largest).optional(),
  json: set.optional(),
  out: text.optional(),
}

/** `sluice simulate`: how a scenario's canaries end. Exit 0 whatever they do. */
export async function simulate(name: string | undefined, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('simulate', simulateFlags, given)
  if (options.list) return list(host)
  if (name === undefined)
    throw new SluiceError('invalid-input', 'simulate: name a scenario or its file; --list shows those that come along')
  const loaded = await loadScenario(name, host.cwd())
  const scenario = {
    ...loaded.scenario,
    ...(options.runs !== undefined && { runs: options.runs }),
    ...(options.seed !== undefined && { seed: options.seed }),
  }
  const runs = await runAll({ ...loaded, scenario }, host)
  const report = { name: loaded.name, scenario, summary: summarize(runs, scenario) }
  const command = `sluice simulate ${name} --runs ${scenario.runs} --seed ${scenario.seed}`
  if (options.out !== undefined)
    await writeOutput(path.resolve(host.cwd(), options.out), simulationMarkdown(report, command))
  const json = () => `${JSON.stringify({ schema: 'sluice.simulation/1', ...report }, undefined, 2)}\n`
  host.stdout.write(options.json ? json() : simulationText(report, host.stdout.columns))
  return 0
}

async function list(host: Host): Promise<number> {
  for (const name of await shippedScenarios()) {
    const { scenario } = await loadScenario(name, host.cwd())
    host.stdout.write(`${name}: ${scenario.about}\n`)
  }
  return 0
}

async function runAll({ scenario, recorded }: LoadedScenario, host: Host) {
  const interrupt = listenForInterrupt(host)
  const step = Math.ceil(scenario.runs / 10)
  try {
    return await simulateInThreads(
      { scenario, recorded },
      {
        threads: availableParallelism(),
        signal: interrupt.stop,
        onProgress: (done) => {
          if (done % step === 0) host.stderr.write(`${done} of ${scenario.runs} canaries\n`)
        },
      },
    )
  } catch (error) {
    if (!interrupt.stop.aborted) throw error
    throw new SluiceError('interrupted', 'interrupted: the runs so far are too few for a result', { cause: error })
  } finally {
    interrupt.dispose()
  }
}
