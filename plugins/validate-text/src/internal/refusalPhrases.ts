/** How a language refuses: in the first person, at the beginning of a sentence. `unless`: what such words also begin. */
export interface RefusalPhrase {
  readonly language: string
  readonly pattern: RegExp
  readonly unless?: RegExp
}

// What goes before "I cannot": an apology, "as an AI", "unfortunately". At most three of them, so that this is bounded.
const before = (openers: string): string =>
  `^\\s*(?:(?:${openers})[^.!?\\n]{0,60}?[,;:—-]\\s*(?:(?:but|and|so|aber|und|mais|et|pero|y|ma|mas|maar|ale|но|але|men|ama) )?){0,3}`

/** What is refused, as "I would rather not" and the like go on. */
const help =
  "(?:help|assist|answer|discuss|provide|share|support|engage|participate|respond|comment|talk|write about|generate|create)"

const reluctant =
  `(?:that|this|it)(?:'s| is) (?:not something|nothing)(?: that)? (?:i|we)(?: can| could| will| would|'m able to| am able to| are able to|'m willing to| am willing to|'m allowed to| am allowed to|'m comfortable| am comfortable) (?:do\\b|doing|${help}|(?:help|assist|answer|discuss|provid|shar|support|engag|writ|generat|creat)ing)` +
  `|(?:i|we)(?:'d| would) (?:rather not|prefer not to) (?:${help}|say\\b|do (?:that|this|it|so)[.!]?$|get into)`

const byPolicy =
  "(?:this|that|it|what you(?:'re| are| have)? ask(?:ing|ed)?(?: for| me to do)?) (?:violates|would violate|goes against|would go against|is against|breaks|breaches|is not (?:allowed|permitted) (?:by|under)) (?:our|my|the|openai's|anthropic's|google's) (?:content|usage|use|acceptable use|safety|community|ethical|ethics)(?: and \\w+)? (?:policy|policies|guidelines?|rules|standards|terms|principles)"

const english = new RegExp(
  `${before("i'm (?:really |very |so |truly )?sorry|i am (?:really |very |so |truly )?sorry|sorry|my apologies|i apologi[sz]e|apologies|unfortunately|regrettably|(?:i'm|i am|as) (?:just |only )?an? (?:ai|artificial|large|language|assistant)|thank you|thanks|i understand|i appreciate|hi|hello|no|for (?:safety|ethical|legal|privacy)")}` +
    `(?:unfortunately,? |i'm afraid (?:that )?|i am afraid (?:that )?|sorry,? (?:but )?|i'm sorry,? (?:but )?|i am sorry,? (?:but )?|but )?` +
    `(?:i (?:really |simply |just )?(?:can't|cannot|can not|won't|will not|could not|am not able to|am unable to|(?:must|(?:will |am going to )?have to|need to) (?:respectfully |politely )?decline|decline to|refuse to|am not (?:allowed|permitted|programmed|comfortable)|am not going to|do not feel comfortable|don't feel comfortable)|i'm (?:unable to|not able to|not allowed to|not permitted to|not comfortable|not going to|not programmed to)|we (?:cannot|can't|are unable to)|(?:this|that|your) (?:request|content|prompt) (?:violates|goes against|is against)|i (?:don't|do not) (?:(?:provide|create|generate|produce|write|share) (?:that|this|such|any|instructions|content|information|advice|assistance|help)|assist with|help with|engage in|have the ability)|${reluctant}|${byPolicy})`,
  "i",
)

/** The words as a thing that is spoken of: "I'm unable to log in is a common complaint". */
const mentioned =
  /^(?:(?!\b(?:if|whether|(?:that|this|it)(?! is\b)|what|which|why|how|because|since|as)\b)[^.!?\n,;:]){1,100}? (?:is|was|remains) (?:an?|one of|among|the|how|what|not an?) (?:[\w-]+ ){0,4}?(?:complaints?|phrases?|sentences?|messages?|errors?|problems?|questions?|answers?|repl(?:y|ies)|responses?|statements?|excuses?|refusals?|symptoms?|examples?|lines?|tickets?|reports?|issues?|support requests?|users?|customers?|people)\b/

const idioms =
  /^[^.!?\n]*?(?:can't|cannot|can not|won't|will not|could not|unable to|not able to) (?:wait|believe|stress|overstate|emphasi[sz]e|recommend|imagine|help but|thank|agree more|lie|deny|complain|see (?:any|a|an|why|how|what)|find (?:any|a|an)\b|reproduce|be (?:happier|more)|say enough|get enough|afford)|feel comfortable (?:recommending|saying|telling) you that/

const notEnglish = new RegExp(`${mentioned.source}|${idioms.source}`, "i")

interface Words {
  readonly openers: string
  readonly phrases: string
  readonly unless?: string
}

const words: Readonly<Record<string, Words>> = {
  de: {
    openers:
      "es tut mir (?:sehr )?leid|tut mir (?:sehr )?leid|leider|entschuldigung|als (?:ki|künstliche|sprachmodell)|nein|danke",
    phrases:
      "(?:ich (?:kann|darf|werde|bin)|(?:\\S+ ){0,4}?(?:kann|darf|werde) ich)(?: leider| ihnen| dir| euch| das| dies| diese[mnrs]?| dabei| hierbei| nicht in der lage| bei \\S+ \\S+)*(?: \\S+){0,4}? (?:nicht|keine?[nrms]?)(?: \\S+){0,8}? ?(?:helfen|weiterhelfen|unterstützen|beantworten|bereitstellen|erfüllen|nachkommen|geben|erstellen|liefern|schreiben|anbieten|lage)|ich muss (?:das|dies|diese anfrage|ihre anfrage)? ?(?:leider )?ablehnen",
  },
  fr: {
    openers: "(?:je suis (?:vraiment |sincèrement )?)?désolée?|malheureusement|en tant qu|je regrette|pardon|non|merci",
    phrases:
      "je (?:ne peux pas|ne peux|ne suis pas en mesure d|ne suis pas autorisée? à|suis dans l'incapacité d|suis incapable d|ne puis|refuse d|dois refuser|ne pourrai pas)|il m'est impossible d",
    unless: "croire|attendre|m'empêcher|imaginer",
  },
  es: {
    openers:
      "lo siento(?: mucho)?|lamentablemente|desafortunadamente|como (?:modelo|una? ia|inteligencia|asistente)|disculp\\p{L}*|perdón|no|gracias",
    phrases:
      "(?:yo )?no (?:puedo|podré|me es posible|estoy autorizad[oa] a|soy capaz de|me está permitido|tengo permitido)|me niego a|debo rechazar",
    unless: "no puedo (?:creer|esperar|evitar|imaginar|dejar de)",
  },
  it: {
    openers:
      "mi dispiace(?: molto)?|purtroppo|spiacente|in quanto|come (?:modello|assistente|ia)|scusa\\p{L}*|no|grazie",
    phrases:
      "(?:io )?non (?:posso|sono in grado di|mi è possibile|sono autorizzat[oa] a|potrò)|devo rifiutare|mi rifiuto di",
    unless: "non posso (?:credere|aspettare|fare a meno|immaginare|che)",
  },
  pt: {
    openers:
      "(?:eu )?sinto muito|lamento|desculp\\p{L}*|infelizmente|como (?:modelo|uma? ia|assistente|inteligência)|não|obrigad[oa]",
    phrases:
      "(?:eu )?não (?:posso|consigo (?:ajudar|fornecer|atender|responder|auxiliar)|sou capaz de|estou autorizad[oa] a|me é possível|poderei)|me recuso a|devo recusar",
    unless: "não posso (?:acreditar|esperar|deixar de|imaginar)",
  },
  nl: {
    openers: "het spijt me(?: zeer)?|sorry|helaas|als (?:ai|taalmodel)|excuses|nee|dank",
    phrases:
      "(?:ik (?:kan|mag|zal)|(?:helaas )?kan ik)(?: \\S+){0,5}? (?:niet|geen)(?: \\S+){0,6}? ?(?:helpen|voldoen|beantwoorden|geven|verstrekken|bieden|maken|schrijven|assisteren)|ik ben niet in staat",
  },
  pl: {
    openers: "przepraszam|przykro mi|niestety|jako (?:model|sztuczna|ai|asystent)|nie|dziękuję",
    phrases: "nie (?:mogę|jestem w stanie|będę w stanie|wolno mi)|muszę odmówić|odmawiam",
    unless: "nie mogę (?:uwierzyć|się doczekać|przestać)",
  },
  ru: {
    openers:
      "(?:мне (?:очень )?жаль|извините|простите|к сожалению|прошу прощения|как (?:ии|языковая|искусственный|ассистент)|нет|спасибо)",
    phrases: "(?:я )?не (?:могу|в состоянии|имею права|смогу|буду)|вынужден(?:а)? отказать|я отказываюсь",
    unless: "не могу (?:поверить|дождаться|не|представить)",
  },
  uk: {
    openers: "(?:мені (?:дуже )?шкода|вибачте|перепрошую|на жаль|як (?:ші|мовна|штучний)|ні|дякую)",
    phrases: "(?:я )?не (?:можу|в змозі|зможу|маю права)|змушен(?:ий|а) відмовити",
    unless: "не можу (?:повірити|дочекатися|не)",
  },
  sv: {
    openers: "(?:jag är (?:mycket )?)?ledsen|tyvärr|förlåt|som (?:ai|språkmodell)|nej|tack",
    phrases:
      "(?:jag (?:kan|får)|kan jag)(?: tyvärr)? inte(?: \\S+){0,4}? (?:hjälpa|svara|ge|skapa|tillhandahålla|skriva|uppfylla)|jag måste (?:tacka nej|avböja)",
  },
  tr: {
    openers: "üzgünüm|maalesef|ne yazık ki|özür dilerim|kusura bakmayın|bir (?:yapay|dil)|hayır",
    phrases:
      "(?:[^.!?\\n]{0,120}?)(?:yardımcı olamam|yardım edemem|olamıyorum|sağlayamam|sağlayamıyorum|veremem|cevaplayamam|yerine getiremem|yapamam)",
  },
}

const of = (language: string, { openers, phrases, unless }: Words): RefusalPhrase => ({
  language,
  pattern: new RegExp(`${before(openers)}(?:(?:${openers}),? (?:\\p{L}{1,5} )?)?(?:${phrases})`, "iu"),
  ...(unless === undefined ? {} : { unless: new RegExp(unless, "iu") }),
})

/** No spaces between words: what is refused stands before the verb, so the whole sentence is looked at. */
const eastern: ReadonlyArray<RefusalPhrase> = [
  {
    language: "zh",
    pattern:
      /^.{0,30}?(?:抱歉|对不起|對不起|很遗憾|很遺憾|作为.{0,8}(?:AI|人工智能|助手|模型)).{0,40}?(?:无法|無法|不能|不可以|不会|拒绝)|^\s*我(?:无法|無法|不能)(?:帮助|協助|协助|提供|回答|满足|生成|完成)/u,
  },
  {
    language: "ja",
    pattern:
      /^.{0,60}?(?:申し訳|すみません|ごめん|恐れ入りますが|残念ながら|AIとして).{0,80}?(?:できません|いたしかねます|お答えできない|応じられません|対応できかねます|お手伝いできません)|^.{0,40}?(?:ご依頼|リクエスト|ご要望|質問)には?.{0,10}(?:お応え|お答え|対応|応じる).{0,10}(?:できません|いたしかねます)/u,
  },
  {
    language: "ko",
    pattern:
      /^.{0,30}?(?:죄송|미안|유감|안타깝|AI로서|인공지능).{0,80}?(?:수 없|없습니다|어렵습니다|드릴 수|못합니다|불가능)|^.{0,30}?(?:요청|질문)(?:은|에|을|는).{0,30}?(?:수 없습니다|드릴 수 없)/u,
  },
  {
    language: "ar",
    pattern:
      /^\s*(?:(?:عذراً|عذرا|آسف|أعتذر|للأسف|معذرة|أنا آسف)[^.!؟\n]{0,30}?[،,]?\s*(?:ولكن |لكن )?)?(?:أنا )?(?:لا أستطيع|لا يمكنني|لا يمكنني|لن أتمكن|غير قادر|لست قادرا)/u,
  },
  {
    language: "hi",
    pattern:
      /^.{0,30}?(?:क्षमा|माफ़|माफ|खेद|मुझे खेद).{0,100}?(?:नहीं कर सकता|नहीं कर सकती|नहीं दे सकता|नहीं दे सकती|असमर्थ|मदद नहीं)|^\s*मैं .{0,60}?(?:मदद नहीं कर सकता|मदद नहीं कर सकती|असमर्थ हूँ)/u,
  },
]

export const refusalPhrases: ReadonlyArray<RefusalPhrase> = [
  { language: "en", pattern: english, unless: notEnglish },
  ...Object.entries(words).map(([language, how]) => of(language, how)),
  ...eastern,
]
