import type { Connection } from "./Connection.ts"
import { allSpaces, createWords, tablesOf } from "./Space.ts"
import { contentOf, numberOf } from "./values.ts"
import { indexWords } from "./words.ts"

/** Makes the full text of each namespace anew, from the texts that are there. In a transaction. */
export const indexAgain = (db: Connection): void => {
  for (const { number } of allSpaces(db)) {
    const { words, contents } = tablesOf(number)
    db.exec(`DROP TABLE ${words}`)
    createWords(db, number)
    const add = db.prepare(`INSERT INTO ${words} (rowid, words) VALUES (?, ?)`)
    for (const { key, content } of db.prepare(`SELECT key, content FROM ${contents}`).iterate()) {
      const found = indexWords(contentOf(content).text ?? "")
      if (found !== "") add.run(BigInt(numberOf(key)), found)
    }
  }
}
