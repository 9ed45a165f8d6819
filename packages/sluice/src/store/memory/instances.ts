import type { InstanceRecord, InstanceStore } from '../instance-store.ts'
import { signal } from '../signal.ts'

export function memoryInstances(): InstanceStore {
  const records = new Map<string, InstanceRecord>()
  const acknowledged = signal<void>()
  return {
    async acknowledge(reports) {
      for (const report of reports) {
        const firstSeenAt = records.get(report.instance)?.firstSeenAt ?? report.firstSeenAt
        records.set(report.instance, { ...report, firstSeenAt })
      }
      acknowledged.emit()
    },
    async forgetInstance(instance) {
      records.delete(instance)
      acknowledged.emit()
    },
    instances: async (since) =>
      [...records.values()]
        .filter(({ seenAt }) => seenAt >= since)
        .sort((a, b) => (a.instance < b.instance ? -1 : 1))
        .map((record) => ({ ...record })),
    onAcknowledge: acknowledged.listen,
  }
}
