import type { Command } from 'commander'
import type { RolloutAction } from '../../control/remote/remote-control-plane.ts'
import type { Host } from '../host.ts'
import { type Done, withRemoteOptions } from './options.ts'

/** Adds the commands that publish and release versions. */
export function addReleases(program: Command, host: Host, done: Done): void {
  withRemoteOptions(program.command('publish'))
    .description('send the version in the working tree to the control plane, with the report of its gate')
    .argument('<feature>', 'name of the feature')
    .option('--report <file>', "report.json or its folder (default: the gate's last report on this version)")
    .option('--source <text>', 'where the version comes from (default: the commit)')
    .action(async (feature, options) =>
      done(await (await import('../release/publish.ts')).publishCommand(feature, options, host)),
    )

  withReleaseOptions(withRemoteOptions(program.command('activate')))
    .description('give a version to everybody, without a canary')
    .argument('<feature>', 'name of the feature')
    .argument('<version>', 'its label, its id, or the beginning of its id')
    .option('--override <why>', 'release it without a passing report of the gate')
    .option(...proposeFlag)
    .option(...breakGlassFlag)
    .action(async (feature, version, options) =>
      done(await (await import('../release/activate.ts')).activate(feature, version, options, host)),
    )

  withReleaseOptions(withRemoteOptions(program.command('rollback')))
    .description('return to the last good version at once; ends a running rollout')
    .argument('<feature>', 'name of the feature')
    .option(
      '--from <version>',
      'version to take back (default: the canary, else the active one; required after another rollback)',
    )
    .option('--to <version>', 'return to this version instead')
    .action(async (feature, options) =>
      done(await (await import('../release/rollback.ts')).rollback(feature, options, host)),
    )

  addRollouts(program, host, done)
}

const proposeFlag = ['--propose', 'only propose it, for others to approve: what a token of a pipeline may do'] as const
const breakGlassFlag = [
  '--break-glass <why>',
  'do it without the approval that it needs: all channels are told, and others are asked to review it',
] as const

const actions: [RolloutAction, string][] = [
  ['pause', 'keep the stage and stop its clock'],
  ['resume', 'continue after a pause'],
  ['advance', 'go to the next stage'],
  ['promote', 'give the canary to everybody'],
  ['abort', 'end the rollout without a judgement: everybody gets the incumbent'],
]

function addRollouts(program: Command, host: Host, done: Done): void {
  const rollout = program.command('rollout').description('give a version to a growing share of the users: a canary')
  withRemoteOptions(rollout.command('start'))
    .description('say what this traffic can decide and by when, then begin a rollout')
    .argument('<feature>', 'name of the feature')
    .argument('<version>', 'its label, its id, or the beginning of its id')
    .option(
      '--settings <file>',
      "YAML with the keys of a prompt's rollout (default: the version's settings; those that it leaves open are adapted to the traffic)",
    )
    .option('--per-day <n>', 'requests per day (default: measured from the log)')
    .option('--users <n>', 'distinct users per week who send them (default: measured from the log)')
    .option('--override <why>', 'release it without a passing report of the gate')
    .option('--supersede', 'end a running rollout instead of refusing')
    .option('--accept-undecided', 'start it even if this traffic cannot decide it before patience ends')
    .option('--reason <why>', 'kept in the audit log, and shown to whoever is asked to approve it')
    .option(...proposeFlag)
    .option(...breakGlassFlag)
    .action(async (feature, version, options) =>
      done(await (await import('../rollout/start.ts')).startRolloutCommand(feature, version, options, host)),
    )
  withRemoteOptions(rollout.command('status'))
    .description('show a rollout and what is known about its canary')
    .argument('<rollout>', 'id of the rollout, or a feature for its running or last one')
    .action(async (which, options) =>
      done(await (await import('../rollout/status.ts')).showRolloutCommand(which, options, host)),
    )
  withRemoteOptions(rollout.command('report'))
    .description('write the post-mortem of a rollout that has ended, as Markdown')
    .argument('<rollout>', 'id of the rollout, or a feature for its last one')
    .option('--out <file>', 'write the post-mortem to this file instead of stdout')
    .action(async (which, options) =>
      done(await (await import('../rollout/report.ts')).reportRollout(which, options, host)),
    )
  for (const [action, description] of actions) {
    const command = withRemoteOptions(rollout.command(action))
      .description(description)
      .argument('<rollout>', 'id of the rollout, or a feature for its running one')
      .requiredOption('--reason <why>', 'kept in the audit log')
    if (action === 'advance' || action === 'promote') command.option(...proposeFlag).option(...breakGlassFlag)
    command.action(async (which, options) =>
      done(await (await import('../rollout/status.ts')).changeRollout(action, which, options, host)),
    )
  }
}

function withReleaseOptions(command: Command): Command {
  return command
    .requiredOption('--reason <why>', 'kept in the audit log')
    .option('--wait <duration>', 'how long to wait until all instances confirm, 0s to 60s', '10s')
}
