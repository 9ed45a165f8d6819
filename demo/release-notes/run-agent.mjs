// Stands for an agent on the command line. It works in the folder in which it is started, with the skills that lie there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { releaseNotes } from './model.mjs'

const { commits } = JSON.parse(readFileSync(0, 'utf8'))
const skills = existsSync('skills') ? readdirSync('skills') : []
const instructions = skills.map((name) => readFileSync(`skills/${name}/SKILL.md`, 'utf8')).join('\n')
const notes = releaseNotes(commits, instructions)
writeFileSync('NOTES.md', `${notes}\n`)
console.log(notes)
