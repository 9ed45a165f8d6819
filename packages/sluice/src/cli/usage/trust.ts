import { type Command, Option } from 'commander'
import type { Host } from '../host.ts'
import { another, type Done, withFresh, withRunOptions } from './options.ts'

/** Adds the commands that show how far a verdict of the gate can be trusted. */
export function addTrust(program: Command, host: Host, done: Done): void {
  program.command('judge').description('find out whether the judge is right, by labels of people')
  addDrill(program, host, done)
}

function addDrill(program: Command, host: Host, done: Done): void {
  withFresh(withRunOptions(program.command('drill')))
    .description('test the gate itself: plant regressions in the answers, and count those that it stops')
    .argument('<feature>', 'name of the feature')
    .addOption(new Option('--seed <n>', 'other places and other cases are changed').default(1))
    .option('--only <mutators>', 'only these mutators, separated by commas')
    .option('--strength <strengths>', 'only these of weak, medium, strong, one-tag, separated by commas')
    .option('--tag <tag>', 'for mutants on one tag alone: this one, or one of several (default: any)', another)
    .addOption(new Option('--mutants <n>', 'mutants of each mutator and strength').default(5))
    .option('--repeats <n>', 'answers of each case to draw from (default: 3, or as many as are recorded)')
    .addOption(
      new Option('--min-kill <x>', 'exit 1 if fewer of the medium and strong mutants are killed').default(0.95),
    )
    .action(async (feature, options) => done(await (await import('../drill.ts')).drillCommand(feature, options, host)))
}
