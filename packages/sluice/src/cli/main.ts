import { runCommandLine } from './program.ts'

if (process.channel) {
  // Started by a process that stands in for this one: with it gone, nobody waits for the answers still to be paid.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}
process.exitCode = await runCommandLine(process.argv.slice(2), process)
