import assert from 'node:assert/strict'
import { test } from 'node:test'
import { served } from '../support/control-plane/served.ts'
import { createProject, type Finished, summaryFiles } from '../support/project.ts'

/** What a command said, which must have ended with this code. */
async function output(running: Promise<Finished>, code = 0): Promise<string> {
  const finished = await running
  assert.equal(finished.code, code, finished.stderr)
  return finished.stdout
}

const rule = 'server:\n  approvals:\n    "*": {approvals: 1, expires: 4h}\n'
const idIn = (text: string) => /ap-[0-9a-f]{16}/.exec(text)?.[0] ?? assert.fail(text)

test('a release is proposed, listed, approved and rejected from the command line, and the rule is on record', async () => {
  const files = (message: string, label: string) => {
    const of = summaryFiles({ url: 'http://127.0.0.1:1', message, prompt: `version: "${label}"\n` })
    return { ...of, 'sluice.yaml': `${of['sluice.yaml']}${rule}` }
  }
  using project = createProject(files('Summarise: {{email}}', '1.0'))
  await using server = await served(project)
  const { sluice } = server
  const token = async (name: string, scope: string) =>
    (await output(sluice('token', 'create', name, '--scope', scope))).trim()
  const as =
    (secret: string) =>
    (...args: string[]) =>
      project.sluice(args, { ...server.env, SLUICE_TOKEN: secret })
  const [ann, bob, ci] = [
    as(await token('ann', 'operator')),
    as(await token('bob', 'approver')),
    as(await token('ci', 'ci')),
  ]
  await output(sluice('publish', 'summary'))
  const why = ['--reason', 'first', '--override', 'no gate here', '--wait', '0s']
  const waits = await output(ann('activate', 'summary', '1.0', ...why), 2)
  assert.match(
    waits,
    /^Nothing is released yet: this needs approval\.\nsummary: ap-\w+, give 1\.0 \(\w+\) to everybody, by ann .*\n {2}> first\n {2}Everybody gets 1\.0 at once.*\n {2}needs 1 more approval, by the role approver, until .*\n {2}sluice approve ap-\w+\n$/s,
  )
  const first = idIn(waits)
  assert.match(
    await output(ann('status')),
    new RegExp(`waits for approval \\(${first}\\): give 1\\.0 to everybody, by ann; 1 more`),
  )
  const own = await ann('approve', first)
  assert.deepEqual([own.code, /may not approve this: the rule asks for others[^\n]*\n$/.test(own.stderr)], [1, true])
  assert.match(await output(bob('approve', first, '--reason', 'read it')), /\n {2}approved by bob\n {2}made\n/)
  assert.match(await output(ann('status')), /summary: 1\.0 \(\w+\) is active\n/)

  project.write(files('Shorten: {{email}}', '1.1'))
  await output(ci('publish', 'summary'))
  const start = ['rollout', 'start', 'summary', '1.1', '--override', 'no gate here']
  const proposed = await output(ci(...start, '--propose', '--reason', 'shorter'))
  assert.match(proposed, /summary: ap-\w+, start a rollout of 1\.1 \(\w+\), by ci /)
  assert.doesNotMatch(proposed, /Nothing is released yet/)
  const listed = await output(bob('approvals'))
  assert.equal(idIn(listed), idIn(proposed))
  assert.match(
    await output(bob('reject', idIn(proposed), '--reason', 'not today')),
    /\n {2}rejected by bob .*: not today\n$/,
  )
  assert.equal(await output(bob('approvals')), 'nothing waits for approval or review\n')
  const again = idIn(await output(ann(...start), 2))
  assert.match(await output(ann('approvals', 'withdraw', again)), /withdrawn by ann/)

  const broken = await output(ann(...start, '--break-glass', 'INC-9', '--json'))
  assert.equal(JSON.parse(broken.slice(broken.indexOf('{'))).state, 'running')
  const note = await output(bob('approvals'))
  assert.match(note, /\n {2}made without approval; to be reviewed by the role approver\n/)
  assert.match(
    await output(bob('approvals', 'review', idIn(note), '--reason', 'was right')),
    /reviewed by bob .*: was right\n$/,
  )
  assert.match(await output(sluice('audit', 'summary', '--verify')), /the log is whole/)
  assert.match(await output(sluice('audit', 'summary')), /approval\.break-glass +start 1\.1 \(ap-\w+\) +INC-9/)
  assert.match(await output(sluice('audit', '_system')), /approval\.rules +the sluice\.yaml with which/)
})
