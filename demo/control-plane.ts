import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Stage } from './stage.ts'
import { bold, detail } from './tell.ts'

/** What the application needs to reach a control plane. */
export interface Access {
  url: string
  /** Of scope `client`. */
  token: string
}

/** Starts `sluice serve`, makes the stage's commands reach it, and makes a token for the application. */
export async function startControlPlane(stage: Stage): Promise<Access> {
  detail('')
  detail(`   ${bold('$ sluice serve')}`)
  const admin = randomBytes(24).toString('hex')
  const server = stage.start('sluice', ['serve', '--port', '0'], { SLUICE_ADMIN_TOKEN: admin })
  const url = await listening(server)
  stage.use({ SLUICE_URL: url, SLUICE_TOKEN: admin })
  const { exitCode, stdout, stderr } = await stage.sluice('token', 'create', 'application', '--scope', 'client')
  if (exitCode !== 0) throw new Error(`no token for the application: ${stderr}`)
  return { url, token: stdout.trim() }
}

/** The address, which the server logs once it listens. */
async function listening({ stderr }: ReturnType<Stage['start']>): Promise<string> {
  if (!stderr) throw new Error('sluice serve has no stderr')
  const lines = createInterface(stderr)
  const found = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const url = /"url":"([^"]+)"/.exec(line)?.[1]
      if (url) resolve(url)
    })
    void once(lines, 'close').then(() => reject(new Error('sluice serve has ended')))
  })
  const url = await found
  stderr.resume()
  return url
}
