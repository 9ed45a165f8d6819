// The thread of forecasts, which begins a task only while its gate is open.
import { parentPort, workerData } from 'node:worker_threads'

parentPort?.on('message', () => void Atomics.wait(new Int32Array(workerData), 0, 0))
await import('../../../../src/control/server/rollouts/forecast-worker.ts')
