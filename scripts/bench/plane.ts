import { type ChildProcess, spawn } from 'node:child_process'
import { type Agent, request } from 'node:http'
import path from 'node:path'
import { versionId } from '../../packages/sluice/src/core/suite/prompt/version.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')
const token = 'a-token-for-the-benchmark'

/** A control plane in a process of its own. */
export interface BenchServer {
  url: string
  token: string
  process: ChildProcess
  /** @throws for any other answer than one of success */
  ask(method: string, route: string, body?: unknown, sent?: Sent): Promise<unknown>
  /** Publishes a prompt of this text and returns the version's id. */
  publish(feature: string, text: string, more?: Record<string, unknown>): Promise<string>
  activate(feature: string, version: string): Promise<void>
  kill(): Promise<void>
}

interface Sent {
  agent?: Agent
  /** Beside, or instead of, the usual ones. */
  headers?: Record<string, string>
}

/** Starts the built command in `folder`, with its data there. */
export async function startServer(folder: string, more: NodeJS.ProcessEnv = {}): Promise<BenchServer> {
  const env = { ...process.env, SLUICE_ADMIN_TOKEN: token, LOCAL_API_KEY: 'key', ...more }
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the server ended: ${log}`)))
    child.stderr?.on('data', (text) => {
      if (log.length < 100_000) log += text
      const found = /"url":"([^"]+)"/.exec(log)?.[1]
      if (found) resolve(found)
    })
  })
  const ask: BenchServer['ask'] = (method, route, body, sent) => send(url + route, method, body, sent)
  return {
    ...{ url, token, process: child, ask },
    async publish(feature, text, more = {}) {
      const messages = [{ role: 'user' as const, content: text }]
      const content = {
        messages,
        model: 'openai:gpt-4.1-2025-04-14',
        parameters: {},
        format: { type: 'text' as const },
      }
      const id = versionId(content)
      await ask('POST', `/v1/features/${feature}/versions`, { content: { id, ...content, strict: true }, ...more })
      return id
    },
    async activate(feature, version) {
      const reason = 'benchmark'
      await ask('PUT', `/v1/features/${feature}/active`, { version, reason, override: { reason } })
    },
    async kill() {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await closed
    },
  }
}

function send(url: string, method: string, body: unknown, { agent, headers: more }: Sent = {}): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...more,
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(agent && { agent }) }, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (part) => {
        answer += part
      })
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve(answer === '' ? undefined : JSON.parse(answer))
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${answer}`))
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}
