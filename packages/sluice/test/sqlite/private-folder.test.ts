import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../support/fake-model.ts'
import { createProject, type Project, summaryFiles } from '../support/project.ts'
import { until } from '../support/until.ts'

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

function modesBelow(folder: string): Record<string, string> {
  const names = ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]
  return Object.fromEntries(names.map((name) => [name, modeOf(path.join(folder, name))]))
}

/** As a user whose files everybody may read and write. */
const openly = (project: Project, args: string[]) =>
  project.start(args, {}, ['sh', '-c', 'umask 0; exec "$0" "$@"', process.execPath])

test('what a run stores is its owner’s alone, whatever the umask, and so becomes what was there', async () => {
  await using model = await fakeModel(() => 'Action item: none.')
  using project = createProject({ ...summaryFiles({ url: model.url, cases: 2 }), 'elsewhere.txt': 'not ours' })
  const { code, stderr } = await openly(project, ['eval', 'summary', '--report-dir', 'report']).done
  assert.equal(code, 0, stderr)
  const folder = path.join(project.root, '.sluice')
  const modes = Object.entries(modesBelow(folder))
  assert.ok(modes.length >= 5)
  for (const [name, mode] of modes) assert.equal(mode, name === '.' || name === 'runs' ? '700' : '600', name)
  assert.equal(modeOf(path.join(project.root, 'report/report.json')), '666')

  for (const [name] of modes) chmodSync(path.join(folder, name), name === '.' || name === 'runs' ? 0o777 : 0o666)
  chmodSync(path.join(project.root, 'elsewhere.txt'), 0o644)
  symlinkSync(path.join(project.root, 'elsewhere.txt'), path.join(folder, 'link'))
  await openly(project, ['cache', 'prune']).done
  for (const [name] of modes) assert.match(modeOf(path.join(folder, name)), /^[67]00$/, name)
  assert.equal(modeOf(path.join(project.root, 'elsewhere.txt')), '644')
})

test('the files of a control plane are private too; a folder that serves others as well keeps its mode', async () => {
  using project = createProject({})
  mkdirSync(path.join(project.root, 'data'), { mode: 0o755 })
  chmodSync(path.join(project.root, 'data'), 0o755)
  project.write({ 'data/other.txt': 'x' })
  chmodSync(path.join(project.root, 'data/other.txt'), 0o644)
  for (const data of ['data', '.sluice', 'new']) {
    const plane = openly(project, ['serve', '--port', '0', '--data', data])
    await until(() => plane.said().includes('listening'), 'the control plane to listen')
    const modes = modesBelow(path.join(project.root, data))
    plane.kill('SIGTERM')
    await plane.done
    const files = Object.entries(modes).filter(([name]) => name.startsWith('control'))
    assert.ok(files.length >= 2)
    for (const [name, mode] of files) assert.equal(mode, '600', `${data}/${name}`)
    assert.equal(modes['.'], data === 'data' ? '755' : '700')
  }
  assert.equal(modeOf(path.join(project.root, 'data/other.txt')), '644')
})
