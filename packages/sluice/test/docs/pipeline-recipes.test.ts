import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { readRecipe } from './recipe-page.ts'

interface Job {
  rules: { if?: string; changes?: unknown }[]
  variables: Record<string, string>
  cache: CacheEntry | CacheEntry[]
  script: string[]
  allow_failure?: unknown
  artifacts: { when: string; paths: string[]; reports: { junit: string } }
}

interface CacheEntry {
  paths: string[]
  when?: string
}

test('GitLab: every job has the history, keeps .sluice and the report whatever the verdict, and hides no failure', () => {
  const {
    sluice: gate,
    'sluice-nightly': nightly,
    ...others
  } = parse(readRecipe('gitlab').files['.gitlab-ci.yml'] ?? '') as Record<string, Job>
  assert.ok(gate && nightly)
  assert.deepEqual(others, {})
  for (const { rules, variables, cache, script, artifacts } of [gate, nightly]) {
    assert.equal(variables.GIT_DEPTH, '0')
    const kept = [cache].flat().find(({ paths }) => paths.includes('.sluice/'))
    assert.equal(kept?.when, 'always')
    assert.deepEqual([artifacts.when, artifacts.reports.junit], ['always', 'sluice-report/junit.xml'])
    assert.ok(rules.every(({ changes }) => changes === undefined))
    assert.match(script.at(-1) ?? '', /^npx sluice (gate|nightly) --report-dir sluice-report$/)
  }
  assert.deepEqual([gate.allow_failure, nightly.allow_failure], [{ exit_codes: [2] }, undefined])
})

/** The text of a Jenkinsfile without what its quotes hold, which may have brackets of its own. */
function unquoted(text: string): string {
  return text.replaceAll(/^\/\/.*$/gm, '').replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
}

test('Jenkins: brackets and quotes match, and every exit code but 0 and 2 is an error', () => {
  const file = readRecipe('jenkins').files.Jenkinsfile ?? ''
  const bare = unquoted(file)
  assert.doesNotMatch(bare.replaceAll("''", ''), /['"]/)
  const open: string[] = []
  const closing: Record<string, string> = { '}': '{', ')': '(', ']': '[' }
  for (const [bracket] of bare.matchAll(/[{}()[\]]/g)) {
    const opened = closing[bracket]
    if (opened === undefined) open.push(bracket)
    else assert.equal(open.pop(), opened)
  }
  assert.deepEqual(open, [])
  assert.match(file, /^\/\/ Jenkinsfile\npipeline \{\n {2}agent /)
  assert.match(file, /'npx sluice gate --report-dir sluice-report', returnStatus: true/)
  assert.match(file, /if \(code == 2\) \{ unstable\(.*\n\s+else if \(code != 0\) \{ error\(/)
  assert.match(
    file,
    /always \{\n\s+junit testResults: 'sluice-report\/junit\.xml'.*skipMarkingBuildUnstable: true\n\s+archiveArtifacts/,
  )
  assert.doesNotMatch(file, /\||catchError|changeset/)
})
