import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { definedCommands } from '../support/command-line.ts'

test('the page of commands names every one, by itself or by its group as a whole', async () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../../docs/commands.md'), 'utf8')
  const has = (words: string) => new RegExp(`(?:sluice |\`)${words}(?=[\` ])`).test(page)
  const isNamed = (words: string) => new RegExp(`(?:sluice |\`)${words}\``).test(page)
  const { commands } = await definedCommands()
  assert.ok(commands.length > 20, `only ${commands.length} commands were found`)
  const missing = commands.flatMap((command) => {
    const name = command.name()
    if (command.commands.length === 0) return has(name) ? [] : [name]
    return isNamed(name) ? [] : command.commands.map((each) => `${name} ${each.name()}`).filter((words) => !has(words))
  })
  assert.deepEqual(missing, [])
  assert.deepEqual([has('no-such-command'), isNamed('no-such-group')], [false, false])
})
