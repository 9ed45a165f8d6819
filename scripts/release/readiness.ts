import type { Package } from './packages.ts'

/** All that decides whether a commit may be released. */
export interface ReleaseFacts {
  branch: string
  head: string
  /** Lines of `git status --porcelain`. */
  changes: readonly string[]
  /** The commit on which all tests have passed; null where nobody says so. */
  testedCommit: string | null
  /** The text of CHANGELOG.md. */
  changelog: string
  packages: readonly Package[]
  /** Places that name another version, e.g. `README.md:60: …` with the text there. */
  strays: readonly string[]
  /** The commit of the version's tag at the remote, null where there is none; undefined if it was not to be read. */
  taggedCommit: string | null | undefined
  /** The repository of this run on GitHub, `owner/name`; null outside of Actions. */
  repository: string | null
}

export interface Check {
  name: string
  /** What stands in the way, and the way out; null where nothing does. */
  fault: string | null
}

/** Every check of a release, in a fixed order: one that could not be made is a fault, never passed over. */
export function readiness(facts: ReleaseFacts): Check[] {
  const { branch, head, changes, testedCommit, strays, taggedCommit } = facts
  const versions = new Set(facts.packages.map((one) => one.version))
  const [version = ''] = versions
  const check = (name: string, ...faults: (string | false)[]): Check => ({
    name,
    fault: faults.find((fault) => fault !== false) ?? null,
  })
  return [
    check('branch', branch !== 'main' && `${branch || 'no branch'} is checked out: git switch main`),
    check('clean tree', changes.length > 0 && `${changes.length} files differ from HEAD, e.g. ${changes[0]}`),
    check(
      'one version',
      versions.size !== 1 && `the packages differ: ${[...versions].join(', ')}; npm run release -- --set VERSION`,
    ),
    check(
      'no other version named',
      strays.length > 0 && `${strays.join('; ')}; npm run release -- --set ${version} writes them anew`,
    ),
    check('changelog', changelogFault(facts.changelog, version) ?? false),
    check(
      'tests',
      testedCommit === null &&
        'nobody says that they passed: run .ci/run, then give --tests-green $(git rev-parse HEAD)',
      testedCommit !== head && `they passed on ${testedCommit}, and HEAD is ${head}`,
    ),
    check(
      'tag',
      taggedCommit === undefined && 'the remote could not be asked for its tags',
      typeof taggedCommit === 'string' &&
        taggedCommit !== head &&
        `v${version} is ${taggedCommit} already: --set a new one`,
    ),
    check('provenance', provenanceFault(facts) ?? false),
  ]
}

/** The section of a version is dated, and says something. */
function changelogFault(changelog: string, version: string): string | null {
  const [, section] =
    new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)\n(.*?)(?=^## |(?![^]))`, 'ms').exec(
      changelog,
    ) ?? []
  if (section === undefined) return `CHANGELOG.md has no section "## ${version} (YYYY-MM-DD)": name "## Unreleased" so`
  return section.trim() === '' ? `the section ${version} of CHANGELOG.md is empty` : null
}

/** npm signs where a package comes from only if its manifest names the repository that builds it. */
function provenanceFault({ packages, repository }: ReleaseFacts): string | null {
  const lacking = packages.filter((one) => one.repository === null).map(({ folder }) => `${folder}/package.json`)
  if (lacking.length > 0)
    return `"repository" is missing in ${lacking.join(' and ')}: {"type": "git", "url": "git+https://github.com/OWNER/NAME.git"}`
  if (repository === null)
    return 'only a run of GitHub Actions can prove where a package comes from: use the workflow "release"'
  const other = packages.find((one) => !one.repository?.endsWith(`github.com/${repository}.git`))
  return other ? `${other.folder}/package.json names ${other.repository}, and this is ${repository}` : null
}
