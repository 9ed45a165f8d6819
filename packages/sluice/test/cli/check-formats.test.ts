import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { bin, createProject } from '../support/project.ts'

const broken = {
  'app/sluice.yaml': 'sluice: 1\n',
  'app/prompts/a.prompt.yml': 'sluice: 1\nname: a\nmodel: 7\nmessages: []\n',
}

test('sluice check annotates the lines of a pull request, with paths from the root of the repository', () => {
  using project = createProject(broken)
  project.git('init', '-q')
  const { status, stdout, stderr } = checkIn(path.join(project.root, 'app'), '--format', 'github')
  assert.equal(status, 3)
  const commands = stdout.trimEnd().split('\n')
  assert.equal(commands.length, 2)
  assert.match(commands[0] ?? '', /^::error file=app\/prompts\/a\.prompt\.yml,line=3,col=8,title=Sluice::model: /)
  assert.match(stderr, /2 errors/)
})

test('sluice check writes SARIF, also outside of git and without a fault', () => {
  using project = createProject(broken)
  const app = path.join(project.root, 'app')
  const results = () => JSON.parse(checkIn(app, '--format', 'sarif').stdout).runs[0].results
  assert.equal(results()[0].locations[0].physicalLocation.artifactLocation.uri, 'prompts/a.prompt.yml')
  project.write({
    'app/prompts/a.prompt.yml':
      'sluice: 1\nname: a\nmodel: openai:gpt-5\nmessages: [{role: user, content: hi}]\nsuites: {fast: ../c.jsonl}\nchecks: [{contains: a}]\n',
    'app/c.jsonl': '{"id": "a"}\n',
  })
  assert.equal(
    results().some(({ level }: { level: string }) => level === 'error'),
    false,
  )
})

function checkIn(cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, [bin, 'check', ...args], { cwd, encoding: 'utf8' })
}
