// npm run bench -- gate [--only name,...] [--promptfoo DIR]
// npm run bench -- release [--flags DIR]
// npm run bench -- canary [--outcomes n]
// npm run bench -- pages [--outcomes n] [--data DIR] [--only sqlite,postgres]
// npm run bench -- apps [--only name,...]
import { benchApps } from './bench/apps.ts'
import { benchCanary } from './bench/canary.ts'
import { benchGate } from './bench/gate.ts'
import { benchPages } from './bench/pages.ts'
import { benchRelease } from './bench/release.ts'

const [what, ...args] = process.argv.slice(2)
if (what === 'gate') await benchGate(args)
else if (what === 'release') await benchRelease(args)
else if (what === 'canary') await benchCanary(args)
else if (what === 'pages') await benchPages(args)
else if (what === 'apps') await benchApps(args)
else {
  console.error(
    'usage: npm run bench -- gate [--only startup,judged,plain,memory,statistics,install] [--promptfoo DIR]\n       npm run bench -- release [--flags DIR]\n       npm run bench -- canary [--outcomes n]\n       npm run bench -- pages [--outcomes n] [--features n] [--versions n] [--pages n] [--rounds n] [--data DIR] [--only sqlite,postgres]\n       npm run bench -- apps [--only command,worktree,tools,memory]',
  )
  process.exitCode = 3
}
