/**
 * Gives each slot an item of its own, of those that fit it; undefined for the slots that get none. As many slots as
 * possible get one (Kuhn 1955, by augmenting paths).
 */
export function assign(slots: number, fitting: (slot: number) => readonly number[]): (number | undefined)[] {
  const takenBy = new Map<number, number>()
  const known = new Map<number, readonly number[]>()
  const itemsFor = (slot: number) => {
    const found = known.get(slot) ?? fitting(slot)
    known.set(slot, found)
    return found
  }
  const place = (slot: number, seen: Set<number>): boolean => {
    for (const item of itemsFor(slot)) {
      if (seen.has(item)) continue
      seen.add(item)
      const holder = takenBy.get(item)
      if (holder !== undefined && !place(holder, seen)) continue
      takenBy.set(item, slot)
      return true
    }
    return false
  }
  const all = Array.from({ length: slots }, (_, slot) => slot)
  for (const slot of all) place(slot, new Set())
  const items = new Map([...takenBy].map(([item, slot]) => [slot, item]))
  return all.map((slot) => items.get(slot))
}
