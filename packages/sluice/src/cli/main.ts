import { SluiceError } from '../errors.ts'
import { createMask } from '../masking/mask.ts'
import { maskWrites } from '../masking/masked-output.ts'
import { secretsOfEnvironment } from '../masking/secret-names.ts'
import type { Host } from './host.ts'
import { reportError, runCommandLine } from './program.ts'

const mask = createMask()
mask.learn(secretsOfEnvironment(process.env))
const flushes = [process.stdout, process.stderr].map((stream) => maskWrites(stream, mask))
const host: Host = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  mask,
  cwd: () => process.cwd(),
  on: process.on.bind(process),
  off: process.off.bind(process),
}
const fail = (error: unknown) => {
  const exitCode = reportError(error, host)
  for (const flush of flushes) flush()
  process.exit(exitCode)
}

// Not 1, which would be the verdict `fail`.
process.on('uncaughtException', fail)
for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    // A reader that has seen enough, as in `| head`, ends neither the run nor its verdict.
    if (cause.code !== 'EPIPE')
      fail(new SluiceError('cannot-run', `${name} cannot be written: ${cause.message}`, { cause }))
  })
}
if (process.channel) {
  // Started by a process that stands in for this one: with it gone, nobody waits for the answers still to be paid.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}
const exitCode = await runCommandLine(process.argv.slice(2), host)
for (const flush of flushes) flush()
// Not by itself: an application under test, loaded as a module, may leave timers or connections open.
process.stdout.write('', () => process.exit(exitCode))
