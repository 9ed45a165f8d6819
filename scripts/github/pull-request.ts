/**
 * `npm run pull-request`: plays a pull request through, from the push with a regression to the fix and to the same change
 * from a fork. A git repository in a temporary folder, a model and a GitHub on loopback; the command that runs is the one
 * of the Action. Exits 1 where anything is not as told.
 */
import assert from 'node:assert/strict'
import { fakeModel } from '../../packages/sluice/test/support/fake-model.ts'
import { changedProject, commitAll, summariser } from '../../packages/sluice/test/support/gate-project.ts'
import { fakeGithub } from '../../packages/sluice/test/support/github/fake-github.ts'
import { githubRun, pullRequestEvent } from '../../packages/sluice/test/support/github/github-run.ts'
import { summaryFiles } from '../../packages/sluice/test/support/project.ts'

await using model = await fakeModel(summariser((mail) => mail >= 5))
await using github = await fakeGithub()
const base = { url: model.url, rubric: true }
using project = changedProject(base)

async function push(what: string, { fork = false, exitCode }: { fork?: boolean; exitCode: number }): Promise<void> {
  commitAll(project, what)
  const { code, outputs, summary } = await githubRun(project, github.url, { event: pullRequestEvent({ fork }) })
  console.log(`\n== ${what}: exit ${code}, ${JSON.stringify({ ...outputs, report: '…' })}`)
  if (fork) console.log(summary.trim().split('\n').at(-1))
  for (const { id, body } of github.comments) console.log(`   comment ${id}: ${body.split('\n', 4).slice(1).join(' ')}`)
  assert.equal(code, exitCode)
}

await push('a shorter prompt, which forgets action items', { exitCode: 1 })
project.write(summaryFiles({ ...base, message: 'Summarise with every action item: {{email}}' }))
await push('the fix', { exitCode: 0 })
assert.equal(github.comments.length, 1)
github.comments.length = 0
project.write(summaryFiles({ ...base, message: 'Shorten: {{email}}' }))
await push('the regression, from a fork', { fork: true, exitCode: 1 })
assert.equal(github.comments.length, 0)
