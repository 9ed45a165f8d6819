import { type Command, Option } from 'commander'
import { logLevels } from '../../control/server/log.ts'
import type { Host } from '../host.ts'
import { choice, type Done } from './options.ts'

/** Adds the commands that run a control plane and look after its state. */
export function addControlPlane(program: Command, host: Host, done: Done): void {
  program
    .command('serve')
    .description('run the control plane: releases, canaries, audit; its state is in --data or at DATABASE_URL')
    .option('--host <address>', 'address to listen on; all but loopback need SLUICE_ADMIN_TOKEN', '127.0.0.1')
    .addOption(new Option('--port <n>', 'port to listen on, 0 for any free one').default(4050))
    .option('--data <dir>', 'folder of the state', '.sluice')
    .option(
      '--public-url <url>',
      'address by which browsers reach the pages, e.g. https://sluice.example.com; sign-in at an identity provider (server.oidc in sluice.yaml) needs it',
    )
    .option('--keep-log <duration>', 'how long outcomes are kept, at least as long as their rollout runs', '90d')
    .option('--demo', 'a simulated control plane to look at, in memory, with a canary that goes bad')
    .option('--open', 'show the demo in the browser')
    .addOption(choice('--log-level <level>', 'lowest level that is logged', logLevels).default('info'))
    .action(async (options) => done(await (await import('../control-plane/serve.ts')).serveCommand(options, host)))

  program
    .command('backup')
    .description('copy the state of the control plane to a file and verify it, also while it runs (SQLite)')
    .requiredOption('--to <file>', 'file to write to; a file that exists is not overwritten')
    .option('--data <dir>', 'folder of the state', '.sluice')
    .action(async (options) => done((await import('../control-plane/backup.ts')).backup(options, host)))

  program
    .command('restore')
    .description(
      'restore a backup (server stopped). PostgreSQL: run pg_restore first, then this command without --from',
    )
    .option('--from <file>', 'file that sluice backup has written')
    .option('--data <dir>', 'folder of the state', '.sluice')
    .action(async (options) => done(await (await import('../control-plane/backup.ts')).restore(options, host)))
}
