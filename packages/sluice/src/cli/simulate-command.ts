import { type Command, InvalidArgumentError } from 'commander'
import type { Host } from './host.ts'

/** Registers `sluice simulate`. */
export function addSimulate(program: Command, host: Host, done: (exitCode: number) => void): void {
  program
    .command('simulate')
    .description(
      'let canaries run in a simulated production: how often they are rolled back wrongly, and how late rightly',
    )
    .argument('[scenario]', 'a scenario file, or the name of one that comes along (see --list)')
    .option('--list', 'name the scenarios that come along')
    .option('--runs <n>', 'how many canaries (default: as the scenario says)', wholeNumberFrom(1))
    .option('--seed <n>', 'other random numbers (default: as the scenario says)', wholeNumberFrom(0))
    .option('--json', 'print the result as JSON')
    .option('--out <file>', 'write the result as Markdown')
    .action(async (scenario, options) => done(await (await import('./simulate.ts')).simulate(scenario, options, host)))
}

function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > 2 ** 32 - 1)
      throw new InvalidArgumentError(`Expected a whole number of ${least} or more.`)
    return value
  }
}
