// npm run release -- [--dry-run] [--tests-green COMMIT]: checks, builds, packs and tries out both packages, publishes them
// with their provenance and tags the commit. The workflow `release` runs it. With --set VERSION it only writes that version
// wherever one is named.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { strayVersions, writeVersion } from './release/named-versions.ts'
import { type PackedPackage, packInto, publishedPackages, root } from './release/packages.ts'
import type { ReleaseFacts } from './release/readiness.ts'
import { type ReleaseTools, release } from './release/release.ts'

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    'tests-green': { type: 'string' },
    set: { type: 'string' },
  },
})

if (values.set !== undefined) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(values.set))
    throw new Error(`--set ${values.set}: expected a version such as 1.2.3`)
  for (const file of writeVersion(values.set)) console.log(file)
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-release-'))
  try {
    if (!release({ dryRun: values['dry-run'] }, toolsIn(folder))) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function toolsIn(folder: string): ReleaseTools {
  const run = (command: string, ...args: string[]) => void execFileSync(command, args, { cwd: root, stdio: 'inherit' })
  return {
    facts,
    run,
    print: (line) => console.log(line),
    build: () => run(process.execPath, 'scripts/build.ts'),
    pack: () => packInto(path.join(folder, 'tarballs')),
    tryOut: (one) => tryOut(one, mkdtempSync(path.join(folder, 'try-'))),
    publishedIntegrity,
  }
}

function facts(): ReleaseFacts {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const packages = publishedPackages()
  const tag = spawnSync('git', ['ls-remote', 'origin', `refs/tags/v${packages[0]?.version}`], {
    cwd: root,
    encoding: 'utf8',
  })
  return {
    branch: git('branch', '--show-current'),
    head: git('rev-parse', 'HEAD'),
    changes: git('status', '--porcelain').split('\n').filter(Boolean),
    testedCommit: values['tests-green'] ?? null,
    changelog: readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'),
    packages,
    strays: strayVersions().map(({ file, line, text }) => `${file}:${line}: ${text}`),
    taggedCommit: tag.status === 0 ? tag.stdout.split('\t')[0] || null : undefined,
    repository: process.env.GITHUB_REPOSITORY ?? null,
  }
}

/** The command answers with its version; the library of the client can be imported. */
function tryOut({ name, version, file }: PackedPackage, folder: string): void {
  writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}')
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8' }).trim()
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', file)
  const script = `import(${JSON.stringify(name)}).then((all) => console.log(Object.keys(all).length))`
  const output = run(process.execPath, '--eval', script)
  if (!(Number(output) > 0)) throw new Error(`${name} exports nothing once it is installed: ${output}`)
  const bin = name === 'sluice' ? run('npx', '--no-install', name, '--version') : version
  if (bin !== version) throw new Error(`${name} says that it is ${bin}`)
}

function publishedIntegrity({ name, version }: PackedPackage): string | null {
  const { status, stdout, stderr } = spawnSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], {
    encoding: 'utf8',
  })
  if (status === 0) return stdout.trim() || null
  if (stderr.includes('E404')) return null
  throw new Error(`the registry does not say whether it has ${name}@${version}:\n${stderr}`)
}
