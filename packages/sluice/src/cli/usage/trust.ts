import type { Command } from 'commander'
import type { Host } from '../host.ts'
import type { Done } from './options.ts'

/** Adds the commands that show how far a verdict of the gate can be trusted. */
export function addTrust(program: Command, _host: Host, _done: Done): void {
  program.command('judge').description('find out whether the judge is right, by labels of people')
}
