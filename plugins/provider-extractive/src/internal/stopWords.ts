/**
 * Words that ask or bind and say nothing of what is asked for. English in full; of other languages only the commonest:
 * the rest is left to how often a word occurs in the context. As written after folding, before stemming.
 */
const lists: ReadonlyArray<ReadonlySet<string>> = [
  // English
  `a an the and or but if of in on at to from by for with about into as is are was were be been being am do does did
  done has have had can could may might must shall should will would i you he she it we they me him her us them my your
  his its our their this that these those there here what which who whom whose when where why how not no so than then
  too very just also any some all please tell explain describe give show say said says many much let one get got`,
  // German
  `der die das den dem des ein eine einen einem einer eines und oder ist sind war waren wird werden wurde was wer wie wo
  wann warum wieso welche welcher welches wen wem im am in zu zum zur von vom mit fur auf aus bei es er sie ich wir man
  hat haben kann gibt viele nicht auch als nach an`,
  // French
  `le la les un une des du de et ou est sont etait qui que quoi quel quelle quels quelles quand comment pourquoi combien
  dans sur pour par avec au aux en ce cette il elle on ne pas se sa son a`,
  // Spanish, Portuguese
  `el los las la un una y o es son fue que quien cual cuando donde como por para con del de al lo se su cuantos en os as
  um uma ou em na no do da dos quem qual onde quantos foi`,
  // Italian
  `il lo la gli le un una che chi cosa di da del della dei e sono quando dove come perche quanti per con in`,
  // Russian
  `что кто как где когда почему сколько какой какая какие это и в на с по из не для от у о к за а но был была были есть`,
  // Arabic
  `ما من هو هي هل اين متى متي كيف كم لماذا في على علي عن الى الي هذا هذه التي الذي و او`,
  // Hindi
  `क्या है हैं कौन कब कहाँ कहां क्यों कैसे कितने कितना का की के को में से पर और यह वह था थे थी ने`,
  // Chinese
  `的 了 是 在 吗 呢 和 与 有 什么 哪里 哪儿 哪 哪个 谁 怎么 怎样 多少 几 何时 为什么 如何 请 这 那 个 被`,
  // Japanese
  `は が の を に へ と で も か です ます でした ですか ますか た だ て いる ある する した 何 どこ いつ 誰 なぜ どう どの
  いくつ から まで なに`,
  // Thai
  `คือ อะไร ที่ ของ ใน เป็น ไหน และ หรือ มี ได้ ให้ ว่า ใคร เมื่อไร เมื่อไหร่ ทำไม อย่างไร กี่ เท่าไร เท่าไหร่ นี้ นั้น จะ`,
].map((list) => new Set(list.split(/\s+/)))

/** The stop words of the language that the words (folded) seem to be in: of the list that knows most of them. */
export const stopWordsFor = (words: ReadonlyArray<string>): ReadonlySet<string> => {
  let best: ReadonlySet<string> = new Set()
  let most = 0
  for (const list of lists) {
    const known = words.filter((word) => list.has(word)).length
    if (known > most) {
      most = known
      best = list
    }
  }
  return best
}
