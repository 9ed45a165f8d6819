// npm run pack [-- --into FOLDER]: builds both packages and puts their tarballs into FOLDER/vendor (the checkout's own by
// default). A project installs Sluice from there as long as no registry has it.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { packInto, publishedPackages, root } from './release/packages.ts'

const { values } = parseArgs({ options: { into: { type: 'string', default: root } } })
// npm runs a script in the checkout, and says in this variable where it was called.
const project = path.resolve(process.env.INIT_CWD ?? root, values.into)

execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { stdio: 'inherit' })
for (const { name, file, bytes } of packInto(path.join(project, 'vendor')))
  console.log(`${name}  ${file}  ${Math.round(bytes / 1000)} kB`)
const [client, sluice] = publishedPackages().map(({ tarball }) => `./vendor/${tarball}`)
console.log(`
In the project, and both tarballs are committed with it:
  npm install --save-dev ${sluice}          # pipelines: the command line
  npm install ${client}        # applications`)
