// Writes the pages of docs/reference from the schemas and lists of the source.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { referencePages } from './reference/pages.ts'

const folder = path.join(import.meta.dirname, '../docs/reference')
mkdirSync(folder, { recursive: true })
const pages = await referencePages()
for (const [name, text] of pages) writeFileSync(path.join(folder, name), text)
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(path.join(folder, name))
console.log(`${pages.size} pages in docs/reference`)
