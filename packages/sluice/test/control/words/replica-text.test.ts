import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaName } from '../../../src/control/store/lease-store.ts'
import { replicaText } from '../../../src/control/words/replica-text.ts'

test('a replica is told by its host, its process and what tells it from a process of the same number', () => {
  assert.equal(replicaText('web-3 pid 17 a41f09c2'), 'web-3, process 17 (a41f09c2)')
  assert.equal(replicaText('web-3 pid 17'), 'web-3, process 17')
  assert.equal(replicaText('a name of another release'), 'a name of another release')
  assert.match(replicaText(replicaName()), new RegExp(`, process ${process.pid} \\([0-9a-f]{8}\\)$`))
})
