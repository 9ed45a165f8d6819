import { type Command, Option } from 'commander'
import type { RolloutAction } from '../control/remote/control-plane.ts'
import { scopes } from '../records/token.ts'
import type { Host } from './host.ts'
import { positive } from './plan-command.ts'

type Done = (exitCode: number) => void

/** Adds the commands that talk to a control plane. */
export function addReleases(program: Command, host: Host, done: Done): void {
  addVersions(program, host, done)
  addRollouts(program, host, done)
  addRecords(program, host, done)
  addTokens(program, host, done)
}

function addVersions(program: Command, host: Host, done: Done): void {
  remote(program.command('publish'))
    .description('make the version in the working tree known to the control plane, with the report of its gate')
    .argument('<feature>', 'name of the feature')
    .option('--report <file>', "report.json or its folder (default: the gate's last report on this version)")
    .option('--source <text>', 'where it comes from (default: the commit)')
    .action(async (feature, options) =>
      done(await (await import('./publish.ts')).publishCommand(feature, options, host)),
    )

  release(remote(program.command('activate')))
    .description('give a version to everybody, without a canary')
    .argument('<feature>', 'name of the feature')
    .argument('<version>', 'its label, its id, or how the id begins')
    .option('--override <why>', 'release it without a passing report of the gate')
    .action(async (feature, version, options) =>
      done(await (await import('./activate.ts')).activate(feature, version, options, host)),
    )

  release(remote(program.command('rollback')))
    .description('go back to the last version that was good, at once; ends a running rollout')
    .argument('<feature>', 'name of the feature')
    .option(
      '--from <version>',
      'take this one back (default: the canary, else the active one; after another rollback it must be said)',
    )
    .option('--to <version>', 'go back to this one instead')
    .action(async (feature, options) => done(await (await import('./rollback.ts')).rollback(feature, options, host)))
}

const actions: [RolloutAction, string][] = [
  ['pause', 'keep the stage and stop its clock'],
  ['resume', 'go on after a pause'],
  ['advance', 'go to the next stage'],
  ['promote', 'give the canary to everybody'],
  ['abort', 'end it without a judgement: everybody gets the incumbent'],
]

function addRollouts(program: Command, host: Host, done: Done): void {
  const rollout = program.command('rollout').description('give a version to a growing share of the users: a canary')
  remote(rollout.command('start'))
    .description('say what this traffic can decide and by when, then begin a rollout')
    .argument('<feature>', 'name of the feature')
    .argument('<version>', 'its label, its id, or how the id begins')
    .option(
      '--settings <file>',
      "YAML with the keys of a prompt's rollout (default: the version's own, general ones as suits the traffic)",
    )
    .option('--per-day <n>', 'requests a day (default: as the log tells)', positive)
    .option('--users <n>', 'distinct users of a week who send them (default: as the log tells)', positive)
    .option('--override <why>', 'release it without a passing report of the gate')
    .option('--supersede', 'end a running rollout instead of refusing')
    .action(async (feature, version, options) =>
      done(await (await import('./rollout.ts')).startRolloutCommand(feature, version, options, host)),
    )
  remote(rollout.command('status'))
    .description('show a rollout and what is known of its canary')
    .argument('<rollout>', 'id of the rollout, or a feature for its running or last one')
    .action(async (which, options) =>
      done(await (await import('./rollout.ts')).showRolloutCommand(which, options, host)),
    )
  remote(rollout.command('report'))
    .description('write the post-mortem of a rollout that has ended, as Markdown')
    .argument('<rollout>', 'id of the rollout, or a feature for its last one')
    .option('--out <file>', 'write it there instead of to stdout')
    .action(async (which, options) =>
      done(await (await import('./rollout-report.ts')).reportRollout(which, options, host)),
    )
  for (const [action, description] of actions)
    remote(rollout.command(action))
      .description(description)
      .argument('<rollout>', 'id of the rollout, or a feature for its running one')
      .requiredOption('--reason <why>', 'kept in the log')
      .action(async (which, options) =>
        done(await (await import('./rollout.ts')).changeRollout(action, which, options, host)),
      )
}

function addRecords(program: Command, host: Host, done: Done): void {
  remote(program.command('status'))
    .description('show what everybody gets, the rollouts, and what the instances run')
    .option('--watch', 'go on until Ctrl-C')
    .action(async (options) => done(await (await import('./status.ts')).status(options, host)))

  remote(program.command('drift'))
    .description('show how production does against its own past, and what the drift watch alarmed about')
    .argument('<feature>', 'name of the feature')
    .action(async (feature, options) => done(await (await import('./drift.ts')).drift(feature, options, host)))

  remote(program.command('audit'))
    .description('show who changed what, and why')
    .argument('<feature>', 'name of the feature; _system for tokens')
    .option('--verify', 'exit 1 and name the row where one was edited, removed or moved')
    .option('--export <file>', 'write the log as JSON Lines')
    .option('--file <export>', 'read such a file instead of asking the control plane')
    .action(async (feature, options) => done(await (await import('./audit.ts')).audit(feature, options, host)))

  const outcomes = program.command('outcomes').description('what applications have reported')
  remote(outcomes.command('exclude'))
    .description("leave a token's outcomes out of a running rollout's evidence, which is gathered anew from the log")
    .requiredOption('--token <id>', 'as rollout status shows it')
    .option('--rollout <rollout>', 'its id, or a feature (default: all that run and have heard of the token)')
    .requiredOption('--reason <why>', 'kept in the log')
    .option('--undo', 'let them count again')
    .action(async (options) => done(await (await import('./outcomes.ts')).excludeOutcomes(options, host)))

  remote(program.command('forget'))
    .description('delete what was stored about a user')
    .requiredOption('--unit <id>', 'as the application gives it to route()')
    .action(async (options) => done(await (await import('./forget.ts')).forget(options, host)))
}

function addTokens(program: Command, host: Host, done: Done): void {
  const token = program.command('token').description('tokens of the control plane; needs one with the scope admin')
  remote(token.command('create'))
    .description('make a token; it is shown this once')
    .argument('<name>', 'who or what it is for; the log shows it')
    .addOption(new Option('--scope <scopes...>', 'client, ci, operator or admin').choices(scopes).makeOptionMandatory())
    .option('--feature <names...>', 'only these features (default: all)')
    .option('--expires <duration>', 'how long it holds, e.g. 90d (default: until it is revoked)')
    .action(async (name, options) => done(await (await import('./token.ts')).createTokenCommand(name, options, host)))
  remote(token.command('list'))
    .description('list all tokens, without their secrets')
    .action(async (options) => done(await (await import('./token.ts')).listTokensCommand(options, host)))
  remote(token.command('revoke'))
    .description('refuse a token from now on')
    .argument('<id>', 'as token list shows it')
    .action(async (id, options) => done(await (await import('./token.ts')).revokeTokenCommand(id, options, host)))
}

function remote(command: Command): Command {
  return command
    .option('--url <url>', 'the control plane (default: SLUICE_URL, else http://127.0.0.1:4050)')
    .option('--json', 'print the answer as JSON on stdout and nothing else')
    .addHelpText('after', '\nThe token is taken from SLUICE_TOKEN.')
}

function release(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept in the log')
    .option('--wait <duration>', 'how long to wait until all instances confirm, 0s to 60s', '10s')
}
