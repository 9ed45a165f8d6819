import type { PackedPackage } from './packages.ts'
import { type ReleaseFacts, readiness } from './readiness.ts'

/** What a release needs of the world, so that a test can play it through. */
export interface ReleaseTools {
  facts(): ReleaseFacts
  build(): void
  pack(): PackedPackage[]
  /** Installs a tarball in an empty folder and runs it. @throws where that fails */
  tryOut(one: PackedPackage): void
  /** The integrity of what the registry has under this name and version; null where it has nothing. */
  publishedIntegrity(one: PackedPackage): string | null
  run(command: string, ...args: string[]): void
  print(line: string): void
}

/**
 * Checks, builds, packs, tries out what was packed, publishes it and tags the commit; with `dryRun` it does all but the last
 * two and prints them. Returns whether a release was made, or would have been.
 */
export function release({ dryRun }: { dryRun: boolean }, tools: ReleaseTools): boolean {
  const { print } = tools
  const facts = tools.facts()
  const checks = readiness(facts)
  for (const { name, fault } of checks)
    print(`${fault === null ? 'ok  ' : 'NOT '} ${name}${fault === null ? '' : `: ${fault}`}`)
  const isReady = checks.every(({ fault }) => fault === null)
  if (!isReady && !dryRun) {
    print('Nothing was built or published.')
    return false
  }
  tools.build()
  const packed = tools.pack()
  for (const one of packed) {
    tools.tryOut(one)
    print(`ok   ${one.tarball} installs in an empty folder and runs`)
  }
  for (const one of packed) publish(one, dryRun, tools)
  const tag = `v${packed[0]?.version}`
  for (const args of [
    ['tag', tag, facts.head],
    ['push', 'origin', `refs/tags/${tag}`],
  ]) {
    if (facts.taggedCommit === facts.head) break
    if (dryRun) print(`would run  git ${args.join(' ')}`)
    else tools.run('git', ...args)
  }
  print(
    dryRun
      ? `Nothing was published: a dry run${isReady ? '' : ', and this commit cannot be released yet'}.`
      : `${tag} is published.`,
  )
  return isReady
}

/** A run that broke off half-way is started again: what the registry has already must be the very same bytes. */
function publish(one: PackedPackage, dryRun: boolean, { publishedIntegrity, run, print }: ReleaseTools): void {
  const args = ['publish', one.file, '--provenance', '--access', 'public']
  const { name, version, bytes, contents, integrity } = one
  print(`     ${name}@${version}: ${contents.length} files, ${bytes} bytes, ${integrity}`)
  const existing = publishedIntegrity(one)
  if (existing !== null && existing !== integrity)
    throw new Error(`${name}@${version} is published already, and is something else (${existing}): --set a new version`)
  if (existing !== null) print(`     ${name}@${version} is published already, with these bytes`)
  else if (dryRun) print(`would run  npm ${args.join(' ')}`)
  else run('npm', ...args)
}
