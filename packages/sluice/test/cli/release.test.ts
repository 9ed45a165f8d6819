import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { served, servedHere } from '../support/control-plane/served.ts'
import { fakeModel } from '../support/fake-model.ts'
import { commitAll, summariser } from '../support/gate-project.ts'
import { createProject, type Finished, summaryFiles } from '../support/project.ts'
import { until } from '../support/until.ts'

/** What a command said, which must have gone well. */
async function output(running: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await running
  assert.equal(code, 0, stderr)
  return stdout
}

async function json(running: Promise<Finished>) {
  return JSON.parse(await output(running))
}

test('a feature is published, released, put through a canary and rolled back, and every step is on record', async () => {
  await using model = await fakeModel(summariser())
  const files = (message: string, label: string) =>
    summaryFiles({ url: model.url, message, prompt: `version: "${label}"\n` })
  using project = createProject(files('Summarise: {{email}}', '1.0'))
  const commit = commitAll(project, 'first')
  await using server = await servedHere(project)
  const { sluice } = server

  const ungated = await sluice('publish', 'summary')
  assert.match(ungated.stdout, /^summary: published 1\.0 \([0-9a-f]{12}\), local:model-a\n$/)
  assert.match(ungated.stderr, /No report of sluice gate on this version/)
  const refused = await sluice('activate', 'summary', '1.0', '--reason', 'first')
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /has not passed: it has no gate report/)

  await output(project.sluice(['gate', '--all']))
  const published = await sluice('publish', 'summary', '--json')
  assert.match(published.stderr, /With the gate's pass, run /)
  const first = JSON.parse(published.stdout)
  assert.deepEqual([first.report.verdict, first.source], ['pass', commit])
  const active = await output(sluice('activate', 'summary', first.id.slice(0, 6), '--reason', 'first', '--wait', '0s'))
  assert.equal(active, `summary: everybody gets 1.0 (${first.id})\n`)

  project.write(files('Shorten: {{email}}', '1.1'))
  assert.equal((await project.sluice(['gate', '--all'])).code, 1)
  const failed = await sluice('publish', 'summary', '--json')
  assert.match(
    failed.stderr,
    /The verdict of the gate on this version is fail. To release this version, give --override/,
  )
  const second = JSON.parse(failed.stdout)
  assert.equal(second.source, `${commit} with changes`)
  const begun = await sluice('rollout', 'start', 'summary', '1.1', '--override', 'the judge is on holiday')
  assert.equal(begun.code, 0, begun.stderr)
  assert.match(
    begun.stdout,
    /log does not show.*^summary: rollout r-[0-9a-f]{16}, running\n {2}1\.1 \(\w+\) against 1\.0 \(\w+\)\n {2}stage 1 of 4, 1 % of the users/ms,
  )
  assert.equal((await sluice('activate', 'summary', '1.0', '--reason', 'x')).code, 1)
  await output(sluice('rollout', 'pause', 'summary', '--reason', 'lunch'))
  const whilePaused = await sluice('rollout', 'promote', 'summary', '--reason', 'hurry')
  assert.deepEqual([whilePaused.code, /is paused: resume it first/.test(whilePaused.stderr)], [1, true])
  await output(sluice('rollout', 'resume', 'summary', '--reason', 'back'))
  assert.match(
    await output(sluice('rollout', 'advance', 'summary', '--reason', 'fine')),
    /stage 2 of 4, 5 % of the users/,
  )
  const promoted = await json(sluice('rollout', 'promote', 'summary', '--reason', 'good', '--json'))
  assert.equal(promoted.status, 'promoted')
  assert.match(await output(sluice('status')), new RegExp(`summary: 1\\.1 \\(${second.id}\\) is active`))
  assert.match(
    await output(sluice('rollout', 'status', promoted.id)),
    /, promoted by hand \(quality was not watched\)\n.*\n.* by SLUICE_ADMIN_TOKEN: good\n/,
  )

  const back = await json(sluice('rollback', 'summary', '--reason', 'INC-7', '--wait', '0s', '--json'))
  assert.equal(back.feature.active, first.id)
  const again = await sluice('rollback', 'summary', '--reason', 'INC-7')
  assert.deepEqual([again.code, /nothing left to take back.* \(INC-7\)/.test(again.stderr)], [1, true])
  const further = await sluice('rollback', 'summary', '--from', first.id, '--reason', 'INC-8')
  assert.deepEqual([further.code, /no earlier version that was good/.test(further.stderr)], [1, true])

  const log = await output(sluice('audit', 'summary'))
  const actions = log.split('\n').flatMap((line) => /(?:version|active|rollout)\.\w+/.exec(line)?.[0] ?? [])
  assert.deepEqual(actions, [
    'version.publish',
    'version.report',
    'active.set',
    'version.publish',
    'rollout.start',
    'rollout.pause',
    'rollout.resume',
    'rollout.advance',
    'rollout.promote',
    'active.rollBack',
  ])
  assert.match(log, new RegExp(`active\\.rollBack .*\\(${second.id}\\) -> 1\\.0 \\(${first.id}\\) +INC-7`))
})

test('a rollback tells who has confirmed it, and those who have not are a warning', async () => {
  using project = createProject({ ...summaryFiles({ url: 'http://127.0.0.1:1' }) })
  await using server = await served(project)
  const { sluice, request } = server
  const release = async (message: string) => {
    project.write(summaryFiles({ url: 'http://127.0.0.1:1', message }))
    const { id } = await json(sluice('publish', 'summary', '--json'))
    await output(sluice('activate', 'summary', id, '--reason', 'test', '--override', 'test', '--wait', '0s'))
  }
  await release('Summarise: {{email}}')
  await release('Shorten: {{email}}')
  const acknowledge = async (instance: string, missed = 0) => {
    const { epoch, revision, hash } = await (await request('/v1/snapshot')).json()
    await request('/v1/acks', { instance, epoch, hash, revision: revision - missed })
  }
  for (const host of ['host-1', 'host-2', 'host-3']) await acknowledge(host)
  const watching = project.startHere(['status', '--watch'], server.env)
  await until(() => watching.printed().includes('3 of 3 are up to date'), 'the status to be shown')

  const rollingBack = sluice('rollback', 'summary', '--reason', 'INC-7', '--wait', '600ms')
  const before = (await (await request('/v1/snapshot')).json()).revision
  while ((await (await request('/v1/snapshot')).json()).revision === before);
  await acknowledge('host-1')
  const { code, stdout, stderr } = await rollingBack
  assert.equal(code, 0)
  assert.match(stdout, /\napplied by 1 of 3 instances in \d+ ms; not yet: host-2, host-3\n$/)
  assert.match(stderr, /warning: 2 of 3 instances may still serve the version before/)
  assert.match(
    await output(sluice('status')),
    /instances: 1 of 3 are up to date, at revision \d+\n {2}host-2 has revision \d+\n/,
  )

  await until(() => watching.printed().includes('1 of 3 are up to date'), 'the status to be shown again')
  watching.kill('SIGINT')
  assert.equal((await watching.done).code, 0)

  await server.stop('SIGKILL')
  await using restarted = await served(project)
  const [feature] = (await json(restarted.sluice('status', '--json'))).features
  assert.equal(feature.active, feature.history[0].version, 'what was acknowledged is durable')
})

test('the log is exported, and verified from the export alone', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:1' }))
  let text = ''
  {
    await using server = await servedHere(project)
    const { sluice } = server
    const { id } = await json(sluice('publish', 'summary', '--json'))
    const activate = (reason: string) => sluice('activate', 'summary', id, '--reason', reason, '--override', reason)
    await output(activate('first'))
    await output(sluice('audit', 'summary', '--export', 'log.jsonl'))
    assert.match(
      await output(sluice('audit', 'summary', '--verify')),
      /^summary: the log is whole, 2 rows; row 2 is \w{64}\n$/,
    )
    const misspelt = await sluice('audit', 'sumary', '--verify')
    assert.deepEqual([misspelt.code, misspelt.stdout, /no log of sumary/.test(misspelt.stderr)], [3, '', true])
    text = readFileSync(path.join(project.root, 'log.jsonl'), 'utf8')
  }
  const verify = (changed: string) => {
    writeFileSync(path.join(project.root, 'log.jsonl'), changed)
    return project.sluice(['audit', 'summary', '--verify', '--file', 'log.jsonl'], { SLUICE_URL: 'http://127.0.0.1:1' })
  }
  assert.match(await output(verify(text)), /is whole, 2 rows/)
  const edited = await verify(text.replace('"reason":"first"', '"reason":"other"'))
  assert.deepEqual([edited.code, edited.stdout.includes('row 2 was edited')], [1, true])
  const [, second, head] = text.split('\n')
  const removed = await verify(`${second}\n${head}\n`)
  assert.deepEqual([removed.code, removed.stdout.includes('row 1 was removed')], [1, true])
  const cut = await verify(text.slice(0, -20))
  assert.equal(cut.code, 3)
  assert.match(cut.stderr, /log\.jsonl:3: the last line must hold the head/)
})

test('tokens are made, shown once, limited and revoked', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:1' }))
  await using server = await servedHere(project)
  const { sluice, url } = server
  const made = await sluice('token', 'create', 'pipeline', '--scope', 'ci', '--expires', '90d')
  assert.match(made.stdout, /^\S{20,}\n$/)
  assert.match(made.stderr, /pipeline {2}ci {2}all features .* until /)
  const env = { SLUICE_URL: url, SLUICE_TOKEN: made.stdout }
  const { id: version } = JSON.parse(await output(project.sluice(['publish', 'summary', '--json'], env)))
  const beyond = await project.sluice(['activate', 'summary', version, '--reason', 'x', '--override', 'x'], env)
  assert.equal(beyond.code, 4)
  assert.match(beyond.stderr, /operator to release, approver to approve, admin for tokens/)
  const { tokens } = await json(sluice('token', 'list', '--json'))
  const { id } = tokens.find(({ name }: { name: string }) => name === 'pipeline')
  assert.match(await output(sluice('token', 'revoke', id)), /revoked 20/)
  const headers = { authorization: `Bearer ${made.stdout.trim()}` }
  await until(async () => (await fetch(`${url}/v1/features`, { headers })).status === 401, 'the token to be refused')
  const revoked = await project.sluice(['publish', 'summary'], env)
  assert.equal(revoked.code, 4)
  assert.match(revoked.stderr, /Set SLUICE_TOKEN/)
  assert.ok(!(await output(sluice('audit', '_system'))).includes(made.stdout.trim()))
  assert.match(
    await output(sluice('forget', '--unit', 'ann')),
    /^forgotten: 0 stored texts, 0 entries of the log.*\nWhat still/,
  )
})

test('what cannot be is refused before anything happens', async () => {
  using project = createProject(summaryFiles({ url: 'http://127.0.0.1:1' }))
  const at = (...args: string[]) => project.sluice(args, { SLUICE_URL: 'http://127.0.0.1:1' })
  const runs = await Promise.all([
    at('rollback', 'summary'),
    at('rollback', 'summary', '--reason', 'x', '--wait', '2m'),
    at('activate', 'summary', '1', '--reason', 'x', '--wait', 'soon'),
    at('token', 'create', 'x', '--scope', 'everything'),
    at('publish', 'summry'),
    project.sluice(['status'], { SLUICE_URL: 'localhost:4050' }),
  ])
  assert.deepEqual(
    runs.map(({ code }) => code),
    [3, 3, 3, 3, 3, 3],
  )
  assert.match(runs[4]?.stderr ?? '', /did you mean "summary"/)
})

test('where no control plane answers, the exit code is 4', async () => {
  using project = createProject({})
  const { code, stderr } = await project.sluice(['status', '--url', 'http://127.0.0.1:1'])
  assert.equal(code, 4)
  assert.match(stderr, /no control plane answers there .* Start one with sluice serve/)
})
