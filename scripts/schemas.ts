// Writes the JSON Schemas of the files that users edit into packages/sluice/schemas, for completion in editors.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { jsonSchemaOf, schemaKinds } from '../packages/sluice/src/suite/json-schema.ts'

const files = schemaKinds.map((kind) => {
  const file = `packages/sluice/schemas/${kind}.schema.json`
  writeFileSync(file, `${JSON.stringify(jsonSchemaOf(kind), undefined, 2)}\n`)
  return file
})
execFileSync('node_modules/.bin/biome', ['format', '--write', ...files], { stdio: 'inherit' })
