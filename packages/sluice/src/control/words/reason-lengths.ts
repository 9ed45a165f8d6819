/** How much of a reason is shown: at the end of a line that says something else, and where somebody reads it. */
export const reasonLengths = { aside: 160, read: 400 }
