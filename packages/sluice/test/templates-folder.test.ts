import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { templatesFolder } from '../src/templates-folder.ts'

test('the templates are those of the package, never those of a folder above it', () => {
  const above = mkdtempSync(path.join(os.tmpdir(), 'templates-'))
  const inside = path.join(above, 'package/dist/chunks')
  try {
    mkdirSync(inside, { recursive: true })
    mkdirSync(path.join(above, 'templates'))
    writeFileSync(path.join(above, 'package/package.json'), '{}')
    assert.throws(() => templatesFolder(inside), /package lacks its folder "templates": install/)
    mkdirSync(path.join(above, 'package/templates'))
    assert.equal(templatesFolder(inside), path.join(above, 'package/templates'))
  } finally {
    rmSync(above, { recursive: true })
  }
})
