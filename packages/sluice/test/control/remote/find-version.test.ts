import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findVersion } from '../../../src/control/remote/find-version.ts'
import { versionText } from '../../../src/control/words/version-text.ts'

const version = (id: string, label: string | null = null) => ({ id, label, model: 'm', publishedAt: 0, report: null })
const feature = {
  feature: 'summary',
  versions: [
    version('aa1111111111', '1.0'),
    version('aa2222222222'),
    version('bb3333333333', '2.0'),
    version('cc4444444444', '2.0'),
  ],
}
const refused = (wanted: string, message: RegExp) =>
  assert.throws(() => findVersion(feature, wanted), { code: 'invalid-input', message })

test('a version is found by its label, its id, or how its id begins', () => {
  assert.equal(findVersion(feature, '1.0'), 'aa1111111111')
  assert.equal(findVersion(feature, 'aa2222222222'), 'aa2222222222')
  assert.equal(findVersion(feature, 'BB'), 'bb3333333333')
  const label = { ...feature, versions: [version('aa1111111111', 'bb'), version('bb3333333333')] }
  assert.equal(findVersion(label, 'bb'), 'aa1111111111', 'a label goes before the beginning of an id')
})

test('what could be several is not guessed, and what is none names those that there are', () => {
  refused('aa', /2 versions called "aa": .*aa1111111111, aa2222222222/)
  refused('2.0', /2 versions called "2\.0": .*bb3333333333, cc4444444444/)
  refused('9', /no version "9"; known: 1\.0, aa2222222222, 2\.0, 2\.0/)
  refused('', /no version ""/)
})

test('a version is called by its label and id', () => {
  assert.equal(versionText(feature, 'aa1111111111'), '1.0 (aa1111111111)')
  assert.equal(versionText(feature, 'aa2222222222'), 'aa2222222222')
})
