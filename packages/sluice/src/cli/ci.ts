import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { sleep } from '../core/providers/clock.ts'
import { createLeanFetch } from '../core/providers/http/lean-fetch.ts'
import { findRoot } from '../core/suite/project/project.ts'
import { type CommandResult, runGithub } from '../gate/ci/run-github.ts'
import type { Host, Terminal } from './host.ts'

/** Runs one command line of sluice. */
type RunCommand = (args: string[], host: Host) => Promise<number>

/** `sluice ci github`: everything that the GitHub Action does. Reads its inputs from the environment. */
export async function ciGithub(runCommand: RunCommand, host: Host): Promise<number> {
  const env = { ...host.env }
  // What runs below, an application under test among it, has no business with the token.
  delete host.env.INPUT_TOKEN
  return runGithub({
    env,
    root: await findRoot(host.cwd()),
    run: (args, show) => captured(args, runCommand, host, show),
    mask: host.mask,
    write: (text) => void host.stdout.write(text),
    nonce: randomUUID,
    connection: { fetch: createLeanFetch({ env: host.env }), sleep, random: Math.random, now: Date.now },
  })
}

async function captured(args: string[], runCommand: RunCommand, host: Host, show: boolean): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' }
  const tee = (name: 'stdout' | 'stderr'): Terminal =>
    new Writable({
      write(chunk: Buffer, _, done) {
        output[name] += chunk.toString()
        if (show) host[name].write(chunk, done)
        else done()
      },
    })
  const stdout = tee('stdout')
  const stderr = tee('stderr')
  const { env, mask } = host
  const shared = { env, mask, cwd: () => host.cwd(), on: host.on.bind(host), off: host.off.bind(host) }
  const exitCode = await runCommand(args, { stdout, stderr, ...shared })
  await Promise.all([stdout, stderr].map((stream) => finished(stream.end())))
  return { exitCode, stdout: mask.text(output.stdout), stderr: mask.text(output.stderr) }
}
