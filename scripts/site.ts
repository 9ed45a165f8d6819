// npm run site: the pages of the project as a site in site/dist. Its generator is installed there, not in the workspace.
// -- --try opens the site in a browser, from its files and from a server; --pictures DIR keeps what it looks like.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

const site = path.join(import.meta.dirname, '../site')
const output = path.join(site, 'dist')

const { values } = parseArgs({ options: { try: { type: 'boolean' }, pictures: { type: 'string' } } })

if (!isInstalled()) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: site, stdio: 'inherit' })
rmSync(output, { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/@11ty/eleventy/cmd.cjs', '--quiet'], { cwd: site, stdio: 'inherit' })
console.log(`open ${path.join(output, 'index.html')}`)
if (values.try === true || values.pictures !== undefined) {
  const { trySite } = await import('./site/try-site.ts')
  await trySite(output, values.pictures)
}

/** Whether the generator is there as the lockfile has it: npm writes the second file when it has installed all. */
function isInstalled(): boolean {
  const done = path.join(site, 'node_modules/.package-lock.json')
  return existsSync(done) && statSync(done).mtimeMs >= statSync(path.join(site, 'package-lock.json')).mtimeMs
}
