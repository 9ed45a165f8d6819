import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitAll } from '../../support/gate-project.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'
import { githubRun, pullRequestEvent } from '../../support/github/github-run.ts'
import { edit, measuredFiles, worseProject } from '../../support/measured-project.ts'

const label = 'sluice:measure-approved'
const labelled = (by: string, name = label) => ({
  ...pullRequestEvent({ labels: [label] }),
  action: 'labeled',
  label: { name },
  sender: { login: by },
})
const pushed = pullRequestEvent({ labels: [label] })

/** A change that loosens its own threshold, in a project whose guard is strict. */
function loosened() {
  const project = worseProject({ 'sluice.yaml': measuredFiles['sluice.yaml'].replace('0.8}', '0.8, guard: strict}') })
  edit(project, 'prompts/mail.prompt.yml', 'suites:', 'gate: {threshold: 0, margin: 1, tagMargin: 1}\nsuites:')
  commitAll(project, 'looser')
  return project
}

test('the label of an approver lifts the guard in the run that it starts, and the comment says so', async () => {
  await using github = await fakeGithub()
  using project = loosened()
  const env = { INPUT_MEASURE_APPROVERS: 'ann, @bo' }
  const approved = await githubRun(project, github.url, { event: labelled('Bo'), env })
  assert.equal(approved.code, 0, approved.stderr)
  assert.match(
    github.comments.at(-1)?.body ?? '',
    /lifted to report by the flag --guard, approved by the label sluice:measure-approved, set by Bo at abc/,
  )
  assert.match(github.comments.at(-1)?.body ?? '', /threshold .*before: 0\.8; now: 0/)
  assert.match(
    approved.stdout,
    /^::warning title=Sluice::warning: mail: loosened or replaced by this change: threshold/m,
  )
})

test('after the next push, by anybody else, or for another label it lifts nothing', async () => {
  await using github = await fakeGithub()
  using project = loosened()
  const env = { INPUT_MEASURE_APPROVERS: 'ann bo' }
  for (const [event, said] of [
    [pushed, /remove the label and set it again/],
    [labelled('ann', 'sluice:full-ish'), /remove the label and set it again/],
    [labelled('mallory'), /set by mallory, who is not among the measure-approvers/],
  ] as const) {
    const { code, summary, stdout } = await githubRun(project, github.url, { event, env })
    assert.equal(code, 1)
    assert.match(summary, said)
    assert.match(stdout, /gate\.guard is strict: judged by the measure of/)
  }
})

test('without approvers nobody lifts anything', async () => {
  await using github = await fakeGithub()
  using project = loosened()
  const { code } = await githubRun(project, github.url, { event: labelled('ann') })
  assert.equal(code, 1)
})
