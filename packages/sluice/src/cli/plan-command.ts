import { type Command, InvalidArgumentError } from 'commander'
import type { Host } from './host.ts'

/** Adds `sluice plan`: what can be seen, how soon, at which cost. No model is called. */
export function addPlan(program: Command, host: Host, done: (exitCode: number) => void): void {
  program
    .command('plan')
    .description('what a canary can see: how small a drop, how soon, at which cost')
    .command('canary')
    .description('hours and judging cost until a worse canary is found, and how canaries end')
    .argument('[feature]', 'take rollout and live settings from its prompt file (default: the general defaults)')
    .requiredOption('--requests-per-day <n>', 'requests of the feature', positive)
    .option('--users <n>', 'distinct users who send them (default: every request from a new user)', positive)
    .option(
      '--users-per-day <n>',
      'how many of them come on a day (default: each request is a visit of its own)',
      positive,
    )
    .option('--stages <percents>', 'shares of the canary: 1,5,25,50', percents)
    .option('--soak <durations>', 'how long each stage lasts: 4h,8h,12h,24h')
    .option(
      '--judge-percent <x>',
      'share of the requests that is judged (default: as live.judge says, else 10)',
      percent,
    )
    .option('--judge-usd <x>', 'cost of judging one request (default: unknown)', positive)
    .option('--error-rate <x>', 'share of requests that fail today', share, 0.01)
    .option('--score-sd <x>', 'standard deviation of the scores (default: from the report, else 0.25)', share)
    .option('--from-report <file>', 'take deviation and judging cost from a report.json of the gate')
    .option('--alpha <x>', 'bound on rolling back a canary that is no worse (default: rollout.alpha, else 0.05)', share)
    .option(
      '--flag-margin <x>',
      'rise of a rate that a promotion rules out (default: rollout.flagMargin, else 0.01)',
      share,
    )
    .option('--svg <file>', 'write a picture: hours by drop')
    .option('--json', 'print the plan as JSON on stdout and nothing else')
    .action(async (feature, options) =>
      done(await (await import('./plan.ts')).planCanaryCommand(feature, options, host)),
    )
}

/** A number above 0, as a flag. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

function share(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.')
  return value
}

function percent(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('Expected a percentage above 0, up to 100.')
  return value
}

function percents(text: string): number[] {
  return text.split(',').map(percent)
}
