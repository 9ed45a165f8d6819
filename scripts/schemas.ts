// Writes the JSON Schemas of the files that users edit, and of the reports, into packages/sluice/schemas.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { shippedSchemas } from '../packages/sluice/src/core/suite/shipped-schemas.ts'

const files = [...shippedSchemas].map(([kind, jsonSchema]) => {
  const file = `packages/sluice/schemas/${kind}.schema.json`
  writeFileSync(file, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
  return file
})
execFileSync('node_modules/.bin/biome', ['format', '--write', ...files], { stdio: 'inherit' })
