import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { verifyChain } from '../../control/release/audit-chain.ts'
import { type AuditExport, parseAuditExport } from '../../control/remote/audit-export.ts'
import { auditText } from '../../control/words/audit-text.ts'
import { SluiceError } from '../../errors.ts'
import { readFlags, remoteFlags, set, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument, type RemoteOptions } from '../session/connect.ts'
import { writeOutput } from '../session/write-output.ts'

const auditFlags = {
  ...remoteFlags,
  verify: set.optional(),
  /** Write the chain there, as JSON Lines. */
  export: text.optional(),
  /** Read an export instead of asking the control plane. */
  file: text.optional(),
}

/**
 * `sluice audit`: who changed what, and why. With `verify` the exit code is 1 where a row was edited, removed or moved.
 * From an export it needs no control plane.
 */
export async function audit(name: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('audit', auditFlags, given)
  const { file, export: target } = options
  const lines = file === undefined ? await connect(options, host).auditExport(name) : await read(file, host)
  const log = parseAuditExport(lines, file ?? 'the answer')
  if (log.chain !== name)
    throw new SluiceError('invalid-input', `${file}: this is the log of ${log.chain}, not of ${name}`)
  if (log.rows.length === 0 && !log.head)
    throw new SluiceError('invalid-input', `there is no log of ${name}: sluice status names the features`)
  if (target !== undefined) await write(target, lines, host)
  if (options.verify) return verify(log, options, host)
  if (target === undefined)
    printDocument(options, host, { rows: log.rows, head: log.head }, ({ rows }) => auditText(rows))
  return 0
}

function verify({ chain, rows, head }: AuditExport, options: RemoteOptions, host: Host): number {
  const verdict = verifyChain(rows, head)
  const found = verdict.ok
    ? `${chain}: the log is whole, ${verdict.rows} rows${head ? `; row ${head.seq} is ${head.hash}` : ''}\n`
    : `${chain}: the log is not as it was written: ${verdict.message}\n`
  printDocument(options, host, { chain, head, ...verdict }, found)
  return verdict.ok ? 0 : 1
}

async function read(file: string, host: Host): Promise<string> {
  return readFile(path.resolve(host.cwd(), file), 'utf8').catch((cause: Error) => {
    throw new SluiceError('invalid-input', `${file}: cannot be read: ${cause.message}`, { cause })
  })
}

async function write(file: string, text: string, host: Host): Promise<void> {
  await writeOutput(path.resolve(host.cwd(), file), text)
  host.stderr.write(`${file}\n`)
}
