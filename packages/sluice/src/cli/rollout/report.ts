import path from 'node:path'
import { knownOfRollout } from '../../control/incident/incident-cases.ts'
import { postMortemOf } from '../../control/incident/post-mortem.ts'
import { renderPostMortem } from '../../control/incident/post-mortem-page.ts'
import { auditRowsOf } from '../../control/remote/audit-export.ts'
import { pageOf, rolloutIdOf } from '../../control/remote/rollouts.ts'
import { SluiceError } from '../../errors.ts'
import { replaceFile } from '../../replace-file.ts'
import { readFlags, remoteFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument } from '../session/connect.ts'
import { openProject } from '../session/open-project.ts'

/** `sluice rollout report`: the post-mortem of a rollout that has ended, as Markdown. */
export async function reportRollout(which: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('rollout report', { ...remoteFlags, out: text.optional() }, given)
  const remote = connect(options, host)
  const rollout = await remote.rollout(await rolloutIdOf(remote, which))
  if (rollout.endedAt === null)
    throw new SluiceError('invalid-input', `rollout ${rollout.id} has not ended: sluice rollout status shows how it is`)
  const { cases, goodFrom } = await knownOfRollout(rollout, await openProject(host, () => false))
  const link = pageOf(rollout, remote)
  const records = { ...remote, auditRows: (feature: string) => auditRowsOf(remote, feature) }
  const postMortem = host.mask.data(await postMortemOf(rollout, records, { cases, goodFrom, link }))
  const page = renderPostMortem(postMortem)
  const { out } = options
  if (out === undefined) {
    printDocument(options, host, postMortem, page)
    return 0
  }
  await replaceFile(path.resolve(host.cwd(), out), async (sink) => void sink.write(page))
  host.stderr.write(`Written to ${out}.\n`)
  return 0
}
