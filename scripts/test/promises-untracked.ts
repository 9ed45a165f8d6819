// node:test follows every promise, to say to which test an uncaught error belongs. That costs a twentieth of the time.
// Without it such an error is printed, and fails the file instead of the one test.
import asyncHooks from 'node:async_hooks'

const { createHook } = asyncHooks
// TypeScript's types do not know `trackPromises` yet.
asyncHooks.createHook = (callbacks) => createHook(Object.assign({ trackPromises: false }, callbacks))
