import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

const script = path.join(import.meta.dirname, '../../../shared/bench/mock-model.mjs')

export interface Mock extends AsyncDisposable {
  url: string
  /** Requests since the last call. */
  takeRequests(): Promise<number>
}

/** Starts the mock model in its own process. */
export async function startMock(latencyMs: number): Promise<Mock> {
  if (!existsSync(script)) throw new Error(`the benchmark needs the mock model at ${script}`)
  const port = await freePort()
  const child = spawn(process.execPath, [script, '--port', String(port), '--latency', String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  const origin = `http://127.0.0.1:${port}`
  return {
    url: `${origin}/v1`,
    async takeRequests() {
      const { requests } = (await (await fetch(`${origin}/stats`)).json()) as { requests: number }
      await fetch(`${origin}/reset`, { method: 'POST' })
      return requests
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await new Promise((resolve) => child.once('close', resolve))
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
