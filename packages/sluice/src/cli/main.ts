import { writeSync } from 'node:fs'
import { SluiceError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
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
  stdin: () => process.stdin,
  env: process.env,
  mask,
  cwd: () => process.cwd(),
  on: process.on.bind(process),
  off: process.off.bind(process),
}
let hasEnded = false
const fail = (error: unknown) => {
  const exitCode = reportError(error, host)
  for (const flush of flushes) flush()
  hasEnded = true
  process.exit(exitCode)
}

// A check or an application that is loaded as a module may end the process, and its exit code would be taken for a
// verdict.
process.on('exit', () => {
  if (hasEnded) return
  const message =
    'sluice was ended before it had finished: code of the project, such as a check or a target that is a module, called process.exit or left nothing to wait for. There is no verdict.\n'
  process.exitCode = exitCodes['could not run']
  try {
    writeSync(process.stderr.fd, message)
  } catch {
    // Nobody listens; the exit code says it.
  }
})

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
process.stdout.write('', () => {
  hasEnded = true
  process.exit(exitCode)
})
