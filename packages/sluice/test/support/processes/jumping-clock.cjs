// Loaded before a program: its system time jumps back and forth by an hour.
const { now } = Date
let hours = 1
Date.now = () => {
  hours = -hours
  return now() + hours * 3_600_000
}
