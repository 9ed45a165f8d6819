import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { rolloutText } from '../../control/remote/rollout-text.ts'
import { beginRollout, pageOf } from '../../control/remote/rollouts.ts'
import { SluiceError } from '../../errors.ts'
import { rolloutSettingsSchema } from '../../records/rollout/rollout-settings.ts'
import { visibleData } from '../../text/untrusted.ts'
import { approvalFlags, positive, readFlags, remoteFlags, set, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { printProposed } from '../release/approvals.ts'
import { connect, printDocument } from '../session/connect.ts'

const startFlags = {
  ...remoteFlags,
  ...approvalFlags,
  reason: text.optional(),
  settings: text.optional(),
  override: text.optional(),
  supersede: set.optional(),
  acceptUndecided: set.optional(),
  perDay: positive.optional(),
  users: positive.optional(),
}

/** `sluice rollout start`: a version goes to a growing share of the users; where that needs approval it is proposed. */
export async function startRolloutCommand(
  name: string,
  wanted: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const options = readFlags('rollout start', startFlags, given)
  const { settings, supersede = false, acceptUndecided = false, perDay, users, ...rest } = options
  const { override, reason, propose, breakGlass } = rest
  const file = settings === undefined ? undefined : await readSettings(settings, host)
  const request = {
    wanted,
    given: file,
    perDay,
    users,
    override,
    reason,
    supersede,
    acceptUndecided,
    propose,
    breakGlass,
  }
  const remote = connect(options, host)
  const result = await beginRollout(remote, name, request, (lines) => {
    if (!options.json) host.stdout.write(`${lines.join('\n')}\n`)
  })
  if ('proposal' in result) return printProposed(result.proposal, options, host)
  const { rollout, versions } = result
  printDocument(options, host, rollout, (seen) =>
    rolloutText(seen, visibleData(versions), Date.now(), pageOf(seen, remote)),
  )
  return 0
}

/**
 * The settings of a rollout from a file that holds the keys of a prompt file's `rollout`, as they are written.
 * @throws SluiceError `invalid-input` with every fault
 */
async function readSettings(file: string, host: Host): Promise<unknown> {
  const fault = (message: string, cause: unknown) => new SluiceError('invalid-input', `${file}: ${message}`, { cause })
  const yaml = await readFile(path.resolve(host.cwd(), file), 'utf8').catch((cause: Error) => {
    throw fault(`cannot be read: ${cause.message}`, cause)
  })
  const value = parsed(yaml, (cause) => fault(`not valid YAML: ${cause}`, cause))
  const { error } = rolloutSettingsSchema.safeParse(value)
  if (error) throw fault(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n  '), error)
  return value
}

function parsed(yaml: string, fault: (cause: unknown) => SluiceError): unknown {
  try {
    return parse(yaml)
  } catch (cause) {
    throw fault(cause)
  }
}
