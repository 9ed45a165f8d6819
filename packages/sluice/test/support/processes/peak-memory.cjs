// Loaded before a program: at its end it writes the most memory that it held, in KiB, to the file PEAK_MEMORY names.
const { writeFileSync } = require('node:fs')
process.on('exit', () => writeFileSync(process.env.PEAK_MEMORY, String(process.resourceUsage().maxRSS)))
