const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** What carries no meaning of its own once the frames are read. */
export const empty = words(`
be do a an the it that which there of to and have this these those oh ok okay so then as itself its`)

/** These begin a new part of the sentence. */
export const boundaries = words(
  `be do have that which can could should would must may might will shall because if not so then it this there`,
)

/** Which place a word has is told by the preposition before it. */
export const prepositions = words(`
of in on at for with about from to into onto than before after by without over under against between since until except instead
during via using through inside outside above below behind near toward among as per across beyond despite like around along upon unlike`)

/** These may be said in one way or another ("a list in Python", "a Python list") without another meaning. */
export const loosePrepositions = words(`of in on at for about using via into onto as through inside`)

/** These prepositions are verbs' particles where nothing follows them. */
export const particles = words(`up down off out away back on over under in along around through by to`)

/** Kinds of text and code that one writes, makes or drafts alike. */
export const artefacts = words(`
poem essay program script email letter story song query paragraph article code function speech report regex sonnet haiku limerick blog
post tweet caption slogan review resume tagline bio biography plan proposal outline lyric joke headline description summary class
component test list table schema tagline message text note memo lesson checklist pitch quiz rap riddle toast introduction conclusion
title name endpoint api method statement`)

/** Names of languages of code: "the language" or "programming" beside one says nothing more. */
export const codeLanguages = words(`
python javascript typescript java rust golang ruby php swift kotlin scala perl haskell sql c# c++ c r bash css html react node node.js
go lua matlab julia dart elixir erlang clojure powershell pandas numpy django flask excel`)

/** What "code" may be. */
export const codeKinds = words(`function program script method app`)

/** Programs named at the head of key words: "git undo last commit". */
export const tools = words(`
git docker linux windows mac macos iphone android word powerpoint gmail outlook bash ubuntu vim nginx kubernetes aws photoshop postgres
mysql sqlite mongodb redis npm pip latex vscode jupyter tensorflow pytorch wordpress github gitlab terraform`)

/** Beside these a language of code is meant, however it is written. */
export const codeTerms = words(`
list string array dictionary file function loop regex json csv dataframe library module script code program api database table query
thread keyword operator flag decorator hook annotation block pointer struct integer variable exception duplicate object method substring float tuple enum`)

/** What is itself an amount of money: "how much is the fee" asks what the fee is. */
export const sums = words(
  `wage salary fee tax rent fine fare toll tuition deposit rate penalty discount allowance pension budget`,
)

/** What comes off things. */
export const stains = words(`stain smell odor wrinkle gum wax mold ink grease scratch splinter`)

/** What takes its time. */
export const lasting = words(
  `game match flight movie war trip semester season pregnancy marathon concert play exam surgery recovery day night shift half period`,
)

/** What one teaches tricks. */
export const pets = words(`dog puppy cat kitten parrot horse pet rabbit`)

/** What happened once, where a name goes with it. */
export const events = words(
  `war revolution battle depression crisis collapse disaster explosion fire plague famine rebellion strike`,
)

/** Made once: who made them is asked in the past or in the present. */
export const timeless = words(
  `author invent discover paint compose establish create direct born design name write die develop`,
)

/** Who somebody is: asked with "who" and with "what is the name of". */
export const roles = words(`
ceo president king queen chancellor minister mayor governor author director founder inventor discoverer leader owner coach captain boss senator
emperor pope principal winner lead establish`)

/** What something has and is asked for: "the cost of X" is "X's cost" and what X costs. */
export const attributes = words(`
cost height length population capital size age speed distance weight depth width temperature meaning location currency symptom benefit effect
cause area color language flag salary`)

/** What one does to food, and what food does. */
export const kitchen = words(`boil bake cook roast fry grill steam simmer soak marinate thaw freeze charge prepare`)

/** What is told of something in a yes-or-no question. */
export const predicates = words(
  `safe good bad possible impossible legal illegal healthy unhealthy dangerous necessary difficult easy important expensive cheap`,
)

export const negations = words(`not no without never neither nor none nobody nothing cannot hardly barely non`)

export const pronouns = words(
  `i you we he she they one me my your our his her their us him them mine yours hers theirs ours myself yourself`,
)

export const temporal = words(`
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december
today tomorrow yesterday tonight morning evening afternoon night noon midnight week month year day hour minute second decade century weekend`)

/** Sequences of letters that only other languages use as small words. */
export const foreign = words(`
der die das und ist nicht ein eine einen mit auf für wie wer wo warum ich sie wir ihr den dem des zu von im bei sind kann mein welche
le la les et est une un des du que qui dans pour sur avec je vous nous pas ce cette quel quelle comment pourquoi où quand au aux mon ma
el los las y es una que quien en por para con como donde cuando cual cuál qué cómo dónde cuándo mi su lo del al se no
il gli e è che di da per con come dove quando perché chi mio sono della nel lo
o os as é um uma que quem em não por para com como onde quando qual meu do da dos na nos
de het een en van niet met op voor hoe wie waar waarom ik je wij zijn mijn wat dat bij`)

/** English small words, to tell English from other languages. */
export const englishWords = words(`
the a an and or is are was were be do does did how what when where who why which to of in on at for with from by it this that i you we my your
can could should would will not if than as me have has had please write explain give tell list about between into create make find`)

/** What is asked about words themselves, where a synonym or a plural is another thing. */
export const wordTalk = words(`
mean signify definition define spell pronounce synonym antonym plural singular rhyme etymology conjugate translate abbreviation acronym
noun verb adjective adverb pronoun syllable vowel consonant hyphenate capitalize`)
