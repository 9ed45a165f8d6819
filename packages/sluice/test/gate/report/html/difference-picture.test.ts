import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differencePicture } from '../../../../src/gate/report/html/difference-picture.ts'

test('among more cases than columns the largest drop and the largest rise are drawn', () => {
  const changes = Array.from({ length: 10_000 }, (_, index) => (index === 0 ? -1 : index === 9999 ? 0.5 : 0))
  const svg = differencePicture(changes)?.markup ?? ''
  assert.match(svg, /class="lower" d="M0 66\.7V200\.0H1V66\.7z"/)
  assert.match(svg, /class="higher" d="M1999 66\.7V0\.0H2000V66\.7z"/)
})
