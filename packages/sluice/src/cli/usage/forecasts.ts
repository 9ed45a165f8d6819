import { type Command, Option } from 'commander'
import { usualOutcomes } from '../../control/plan/usual-outcomes.ts'
import type { Host } from '../host.ts'
import type { Done } from './options.ts'

/** Adds the commands that foretell how canaries will do; none of them asks a model. */
export function addForecasts(program: Command, host: Host, done: Done): void {
  const plan = program
    .command('plan')
    .description('plan a gate or a canary: how small a drop it detects, at which cost')
  plan
    .command('gate')
    .description('estimate the smallest drop that a gate finds, by cases and repeats, and what more would cost')
    .argument('[feature]', 'take suite, settings and measured noise from it (default: every feature)')
    .option('--suite <name>', 'suite to plan for (default: fast)')
    .option('--drop <x>', 'plan what finds a drop of this size with 80 % probability, e.g. 0.05')
    .option('--cases <n>', 'plan from this number of cases (default: those of the suite)')
    .option('--assume-sd <x>', 'standard deviation of answers to one case (default: as measured in kept runs)')
    .option('--assume-sd-between <x>', 'with --assume-sd: standard deviation of the change between cases')
    .addOption(new Option('--concurrency <n>', 'calls at the same time, for the minutes').default(20))
    .option('--svg <file>', 'write a chart: smallest drop by cases')
    .option('--json', 'print the plan as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('../plan.ts')).planGateCommand(feature, options, host)),
    )
  plan
    .command('canary')
    .description('estimate hours and judging cost until a worse canary is found, and how canaries end')
    .argument('[feature]', 'take rollout and live settings from its prompt file (default: the general defaults)')
    .requiredOption('--requests-per-day <n>', 'requests of the feature')
    .option('--users <n>', 'distinct users who send them (default: every request from a new user)')
    .option('--users-per-day <n>', 'how many of them come on a day (default: each request is a visit of its own)')
    .option('--stages <percents>', 'shares of the canary: 1,5,25,50')
    .option('--soak <durations>', 'how long each stage lasts: 4h,8h,12h,24h')
    .option('--judge-percent <x>', 'share of the requests that is judged (default: as live.judge says, else 10)')
    .option('--judge-usd <x>', 'cost of judging one request (default: unknown)')
    .addOption(new Option('--error-rate <x>', 'share of requests that fail today').default(usualOutcomes.errorRate))
    .option(
      '--score-sd <x>',
      `standard deviation of the scores (default: from the report, else ${usualOutcomes.deviation})`,
    )
    .option('--from-report <file>', 'take deviation and judging cost from a report.json of the gate')
    .option('--alpha <x>', 'highest risk of rolling back a canary that is no worse (default: rollout.alpha, else 0.05)')
    .option('--flag-margin <x>', 'rise of a rate that a promotion rules out (default: rollout.flagMargin, else 0.01)')
    .option('--svg <file>', 'write a chart: hours by drop')
    .option('--json', 'print the plan as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('../plan.ts')).planCanaryCommand(feature, options, host)),
    )

  program
    .command('simulate')
    .description('run canaries in a simulated production: count wrong rollbacks, and how long right ones take')
    .argument('[scenario]', 'a scenario file, or the name of a built-in one (see --list)')
    .option('--list', 'list the built-in scenarios')
    .option('--runs <n>', 'how many canaries (default: as the scenario says)')
    .option('--seed <n>', 'other random numbers (default: as the scenario says)')
    .option('--json', 'print the result as JSON')
    .option('--out <file>', 'write the result as Markdown')
    .action(async (scenario, options) => done(await (await import('../simulate.ts')).simulate(scenario, options, host)))
}
