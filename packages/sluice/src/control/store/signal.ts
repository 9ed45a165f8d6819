/** Notifies listeners of an event. They run after the present code and cannot make it fail. */
export interface StoreSignal<T> {
  /** Returns a function that removes the listener. */
  listen(listener: (value: T) => void): () => void
  emit(value: T): void
}

export function signal<T>(): StoreSignal<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    listen(listener) {
      const own = (value: T) => listener(value)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    emit(value) {
      for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(value))
    },
  }
}
