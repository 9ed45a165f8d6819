import assert from 'node:assert/strict'
import { test } from 'node:test'
import { served } from '../support/control-plane/served.ts'
import { createProject } from '../support/project.ts'

test('a control plane is backed up while it runs, restored while it does not, and goes on in a new epoch', async () => {
  using project = createProject({ 'sluice.yaml': '' })
  await using server = await served(project)
  const epochOf = async (url: typeof server) => (await (await url.request('/v1/snapshot')).json()).epoch
  const before = await epochOf(server)
  const copied = await project.sluice(['backup', '--to', 'copy.db'])
  assert.match(copied.stdout, /^copy\.db: revision \d+, \d+\.\d MB, verified\n$/, copied.stderr)
  const refused = await project.sluice(['restore', '--from', 'copy.db'])
  assert.deepEqual([refused.code, refused.stdout], [4, ''])
  assert.match(refused.stderr, /another process uses it/)
  await server.stop()

  const restored = await project.sluice(['restore', '--from', 'copy.db'])
  assert.equal(restored.code, 0, restored.stderr)
  assert.match(restored.stdout, /^restored: revision \d+, in a new epoch.*\nwhat was there is kept as .*replaced-/)
  assert.match(restored.stdout, /^Proposals that were open in it lapse, .*propose again what is still wanted$/m)
  await using again = await served(project)
  assert.notEqual(await epochOf(again), before)
})
