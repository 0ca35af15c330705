/** Verbs without a synonym in `actions.ts`: what follows "to", and what may be done to a thing. */
export const verbs: ReadonlyArray<string> = `
shorten lengthen simplify widen narrow sharpen soften harden downgrade jailbreak add subtract multiply divide speak sing dance study match support include pass set put give know
go come request submit scrape roast grill steam simmer soak marinate melt mix stir chop peel slice mow plant prune
harvest sweep vacuum mop polish iron hang assemble attach detach drill nail glue seal insulate attend leave arrive
depart enter exit climb jump throw catch hold carry lift push pull detect identify recognize predict estimate optimize
simplify automate refactor rebase commit undo redo revert stash crop resize rotate scale host serve loop initialize
inherit override overload assign serialize deserialize mock lint minify bundle impress persuade apologize congratulate
invite introduce succeed fail respect trust forgive model cut dress mail click call wrap list name label tag index map
query log cache hash sign stamp scan frame place face hand head house shape color flavor smell taste touch look sound
race walk jog hike ski tip like love hate hit kick bite chase kill hunt beat follow meet hug kiss
`
  .trim()
  .split(/\s+/)
