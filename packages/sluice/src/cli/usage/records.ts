import type { Command } from 'commander'
import { scopes } from '../../records/token-scopes.ts'
import type { Host } from '../host.ts'
import { choice, type Done, withRemoteOptions } from './options.ts'

/** Adds the commands about what a control plane has on record, and about its tokens. */
export function addRecords(program: Command, host: Host, done: Done): void {
  withRemoteOptions(program.command('status'))
    .description('show the active versions, the rollouts, and what each instance serves')
    .option('--watch', 'show every change until Ctrl-C')
    .action(async (options) => done(await (await import('../control-plane/status.ts')).status(options, host)))

  withRemoteOptions(program.command('drift'))
    .description('compare production with its own past, and show the alarms of the drift watch')
    .argument('<feature>', 'name of the feature')
    .action(async (feature, options) =>
      done(await (await import('../control-plane/drift.ts')).drift(feature, options, host)),
    )

  withRemoteOptions(program.command('audit'))
    .description('show who changed what, and why')
    .argument('<feature>', 'name of the feature; _system for tokens')
    .option('--verify', 'check the log; exit 1 and name the row if one was edited, removed or moved')
    .option('--export <file>', 'write the log as JSON Lines')
    .option('--file <export>', 'read an exported log instead of asking the control plane')
    .action(async (feature, options) =>
      done(await (await import('../control-plane/audit.ts')).audit(feature, options, host)),
    )

  const outcomes = program.command('outcomes').description('change which reported outcomes count')
  withRemoteOptions(outcomes.command('exclude'))
    .description('leave out the outcomes of a token: the evidence of a running rollout is computed again without them')
    .requiredOption('--token <id>', 'id of the token, as rollout status shows it')
    .option('--rollout <rollout>', 'its id, or a feature (default: all running ones with outcomes of the token)')
    .requiredOption('--reason <why>', 'kept in the audit log')
    .option('--undo', 'let them count again')
    .action(async (options) =>
      done(await (await import('../control-plane/outcomes.ts')).excludeOutcomes(options, host)),
    )

  withRemoteOptions(program.command('forget'))
    .description('delete what was stored about a user')
    .requiredOption('--unit <id>', 'id of the user, as the application gives it to route()')
    .action(async (options) => done(await (await import('../control-plane/forget.ts')).forget(options, host)))

  addTokens(program, host, done)
}

function addTokens(program: Command, host: Host, done: Done): void {
  const token = program.command('token').description('manage the tokens of the control plane; needs the scope admin')
  withRemoteOptions(token.command('create'))
    .description('create a token; it is shown only once')
    .argument('<name>', 'who or what it is for; the audit log shows it')
    .addOption(
      choice(
        '--scope <scopes...>',
        'client, ci (machines), viewer, operator, approver, admin',
        scopes,
      ).makeOptionMandatory(),
    )
    .option('--feature <names...>', 'only these features (default: all)')
    .option(
      '--environment <names...>',
      'only these environments; one for the scope client (default: all, for the scope client the last one)',
    )
    .option('--expires <duration>', 'how long the token is valid, e.g. 90d (default: until it is revoked)')
    .action(async (name, options) =>
      done(await (await import('../control-plane/token.ts')).createTokenCommand(name, options, host)),
    )
  withRemoteOptions(token.command('list'))
    .description('list all tokens, without their secrets')
    .action(async (options) => done(await (await import('../control-plane/token.ts')).listTokensCommand(options, host)))
  withRemoteOptions(token.command('revoke'))
    .description('refuse a token from now on')
    .argument('<id>', 'as token list shows it')
    .action(async (id, options) =>
      done(await (await import('../control-plane/token.ts')).revokeTokenCommand(id, options, host)),
    )
  withRemoteOptions(token.command('reinstate'))
    .description('let a person who was revoked sign in by the identity provider again')
    .argument('<id>', 'as token list shows it')
    .action(async (id, options) =>
      done(await (await import('../control-plane/token.ts')).reinstateTokenCommand(id, options, host)),
    )
}
