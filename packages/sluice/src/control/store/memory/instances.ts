import type { InstanceRecord } from '../../../records/instance.ts'
import { type InstanceStore, instanceKey, isRegistration, mostInstances } from '../instance-store.ts'
import { signal } from '../signal.ts'

export function memoryInstances(): InstanceStore {
  const records = new Map<string, InstanceRecord>()
  const acknowledged = signal<void>()

  function forgetBefore(at: number, isMeant: (record: InstanceRecord) => boolean = () => true): void {
    for (const [key, record] of records) if (record.mayServeUntil < at && isMeant(record)) records.delete(key)
  }

  function hasPlace({ tokenId, seenAt }: InstanceRecord): boolean {
    const isOfToken = (record: InstanceRecord) => record.tokenId === tokenId
    const isFull = () => [...records.values()].filter(isOfToken).length >= mostInstances
    if (records.size < mostInstances || !isFull()) return true
    forgetBefore(seenAt, isOfToken)
    return !isFull()
  }

  return {
    async acknowledge(reports) {
      let leftOut = 0
      for (const report of reports) {
        const key = instanceKey(report)
        const known = records.get(key)
        if (known && isRegistration(report)) continue
        if (known || hasPlace(report))
          records.set(key, { ...report, firstSeenAt: known?.firstSeenAt ?? report.firstSeenAt })
        else leftOut += 1
      }
      acknowledged.emit()
      return leftOut
    },
    async forgetInstance(key) {
      records.delete(instanceKey(key))
      acknowledged.emit()
    },
    instances: async (at) =>
      [...records.entries()]
        .filter(([, { mayServeUntil }]) => mayServeUntil >= at)
        .sort(([, a], [, b]) => (orderOf(a) < orderOf(b) ? -1 : 1))
        .map(([, record]) => ({ ...record })),
    async forgetSilent(at) {
      forgetBefore(at)
      return false
    },
    onAcknowledge: acknowledged.listen,
  }
}

function orderOf({ instance, process, tokenId }: InstanceRecord): string {
  return `${instance}\0${process}\0${tokenId}`
}
