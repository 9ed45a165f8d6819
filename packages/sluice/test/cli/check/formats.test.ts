import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProject } from '../../support/project.ts'

const broken = {
  'app/sluice.yaml': 'sluice: 1\n',
  'app/prompts/a.prompt.yml': 'sluice: 1\nname: a\nmodel: 7\nmessages: []\n',
}

test('sluice check annotates the lines of a pull request, with paths from the root of the repository', async () => {
  using project = createProject(broken, 'app')
  project.git('init', '-q')
  const { code, stdout, stderr } = await project.sluice(['check', '--format', 'github'])
  assert.equal(code, 3)
  const commands = stdout.trimEnd().split('\n')
  assert.equal(commands.length, 2)
  assert.match(commands[0] ?? '', /^::error file=app\/prompts\/a\.prompt\.yml,line=3,col=8,title=Sluice::model: /)
  assert.match(stderr, /2 errors/)
})

test('sluice check writes SARIF, also outside of git and without a fault', async () => {
  using project = createProject(broken, 'app')
  const results = async () => JSON.parse((await project.sluice(['check', '--format', 'sarif'])).stdout).runs[0].results
  assert.equal((await results())[0].locations[0].physicalLocation.artifactLocation.uri, 'prompts/a.prompt.yml')
  project.write({
    'app/prompts/a.prompt.yml':
      'sluice: 1\nname: a\nmodel: openai:gpt-5\nmessages: [{role: user, content: hi}]\nsuites: {fast: ../c.jsonl}\nchecks: [{contains: a}]\n',
    'app/c.jsonl': '{"id": "a"}\n',
  })
  assert.equal(
    (await results()).some(({ level }: { level: string }) => level === 'error'),
    false,
  )
})
