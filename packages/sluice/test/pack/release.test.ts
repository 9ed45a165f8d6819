import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PackedPackage } from '../../../../scripts/release/packages.ts'
import { type ReleaseFacts, readiness } from '../../../../scripts/release/readiness.ts'
import { type ReleaseTools, release } from '../../../../scripts/release/release.ts'

const head = 'a'.repeat(40)

const packages = ['@sluice/client', 'sluice'].map(
  (name): PackedPackage => ({
    name,
    version: '1.2.0',
    folder: `packages/${name.split('/').at(-1)}`,
    tarball: `${name}.tgz`,
    repository: 'git+https://github.com/acme/sluice.git',
    file: `/packed/${name}.tgz`,
    bytes: 10,
    integrity: `sha512-${name}`,
    contents: [],
  }),
)

const ready: ReleaseFacts = {
  branch: 'main',
  head,
  changes: [],
  testedCommit: head,
  changelog: '# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n- New.\n\n## 1.1.0 (2026-11-01)\n',
  packages,
  strays: [],
  taggedCommit: null,
  repository: 'acme/sluice',
}

interface Play extends Partial<ReleaseFacts> {
  dryRun?: boolean
  published?: Record<string, string>
  failsAt?: string
}

/** Plays a release through; `did` is what it did to the world, in order. */
function play({ dryRun = false, published = {}, failsAt = 'nowhere', ...facts }: Play) {
  const did: string[] = []
  const output: string[] = []
  const act = (what: string) => {
    if (what.includes(failsAt)) throw new Error(`failed: ${what}`)
    did.push(what)
  }
  const tools: ReleaseTools = {
    facts: () => ({ ...ready, ...facts }),
    build: () => act('build'),
    pack: () => packages,
    tryOut: ({ name }) => act(`try ${name}`),
    publishedIntegrity: ({ name }) => published[name] ?? null,
    run: (...words) => act(words.join(' ')),
    print: (line) => void output.push(line),
  }
  const result = (): boolean | string => {
    try {
      return release({ dryRun }, tools)
    } catch (error) {
      return String(error)
    }
  }
  return { result: result(), did, said: output.join('\n') }
}

const tried = ['build', 'try @sluice/client', 'try sluice']
const publishing = (name: string) => `npm publish /packed/${name}.tgz --provenance --access public`
const tagging = [`git tag v1.2.0 ${head}`, 'git push origin refs/tags/v1.2.0']

test('a release tries out what was packed, publishes both with provenance, and tags last', () => {
  const { result, did } = play({})
  assert.equal(result, true)
  assert.deepEqual(did, [...tried, publishing('@sluice/client'), publishing('sluice'), ...tagging])
})

test('a dry run does all but publish and tag, and prints both', () => {
  const { result, did, said } = play({ dryRun: true })
  assert.equal(result, true)
  assert.deepEqual(did, tried)
  for (const command of [publishing('@sluice/client'), publishing('sluice'), ...tagging])
    assert.ok(said.includes(`would run  ${command}`), command)
  assert.match(said, /Nothing was published: a dry run\.$/)
})

const faulty: [name: string, facts: Partial<ReleaseFacts>, fault: RegExp][] = [
  ['branch', { branch: 'feature' }, /feature is checked out/],
  ['branch', { branch: '' }, /no branch is checked out/],
  ['clean tree', { changes: [' M README.md'] }, /1 files differ/],
  [
    'one version',
    { packages: packages.map((one, index) => ({ ...one, version: `1.${index}.0` })) },
    /1\.0\.0, 1\.1\.0/,
  ],
  ['no other version named', { strays: ['README.md:3: x'] }, /README\.md:3/],
  ['changelog', { changelog: '# Changelog\n\n## Unreleased\n\n- New.\n' }, /no section "## 1\.2\.0/],
  ['changelog', { changelog: '## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2026-11-01)\n\n- Old.\n' }, /is empty/],
  ['tests', { testedCommit: null }, /nobody says that they passed/],
  ['tests', { testedCommit: 'b'.repeat(40) }, /passed on b+, and HEAD is a+/],
  ['tag', { taggedCommit: undefined }, /could not be asked/],
  ['tag', { taggedCommit: 'b'.repeat(40) }, /is b+ already/],
  ['provenance', { packages: packages.map((one) => ({ ...one, repository: null })) }, /"repository" is missing/],
  ['provenance', { repository: null }, /only a run of GitHub Actions/],
  ['provenance', { repository: 'other/sluice' }, /this is other\/sluice/],
]

test('each fault stops a release before anything is built, and fails a dry run', () => {
  for (const [name, facts, fault] of faulty) {
    const found = readiness({ ...ready, ...facts }).filter((check) => check.fault !== null)
    assert.ok(
      found.some((check) => check.name === name && fault.test(check.fault ?? '')),
      `${name} ${fault}: ${JSON.stringify(found)}`,
    )
    const { result, did, said } = play(facts)
    assert.deepEqual([result, did], [false, []], name)
    assert.match(said, /Nothing was built or published\./)
    const dry = play({ ...facts, dryRun: true })
    assert.deepEqual([dry.result, dry.did], [false, tried], name)
    assert.match(dry.said, /this commit cannot be released yet/)
  }
})

test('a release that broke off goes on: what is published stays, if it is the same', () => {
  const published = { '@sluice/client': 'sha512-@sluice/client' }
  const { result, did } = play({ published })
  assert.equal(result, true)
  assert.deepEqual(did, [...tried, publishing('sluice'), ...tagging])
  const all = { ...published, sluice: 'sha512-sluice' }
  assert.deepEqual(play({ published: all, taggedCommit: head }).did, tried)
  const other = play({ published: { '@sluice/client': 'sha512-other' } })
  assert.match(String(other.result), /published already, and is something else/)
  assert.deepEqual(other.did, tried)
})

test('what fails ends the release there: no tag without both packages, nothing published that does not run', () => {
  const second = play({ failsAt: 'publish /packed/sluice' })
  assert.match(String(second.result), /failed: npm publish/)
  assert.deepEqual(second.did, [...tried, publishing('@sluice/client')])
  assert.deepEqual(play({ failsAt: 'try sluice' }).did, ['build', 'try @sluice/client'])
})
